import Foundation

extension FrontDoor.Reply {
    /// Where the `Link` field leads (RFC 8288). `word`: `next` or `prev`.
    func link(_ word: String) -> String? {
        guard let line = head.split(separator: "\n").first(where: { $0.hasPrefix("link: ") }) else {
            return nil
        }
        for part in line.dropFirst("link: ".count).split(separator: ",") {
            guard part.hasSuffix("rel=\"\(word)\""), let start = part.range(of: "/api/")?.lowerBound,
                let end = part.firstIndex(of: ">")
            else { continue }
            return String(part[start..<end])
        }
        return nil
    }
}
