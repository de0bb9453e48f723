public import Domain
import HTTPTypes
public import Hummingbird
public import Storage

extension Desk {
    /// The same desk for one request, whose `Accept-Language` it knows (RFC 9110 §12.5.4).
    public func reading(_ request: Request) -> Desk {
        var desk = self
        desk.languages = Self.languages(request.headers[.acceptLanguage] ?? "")
        return desk
    }

    /// Announcements in the language that a reader chose in their settings, or else asks for; what is not to be had in it stays
    /// as it was written first. What a post is shown with as another language then is the first one.
    public func inOwnWords(_ posts: [Post], for viewer: Viewer, in transaction: Transaction) throws -> [Post]
    {
        guard posts.contains(where: { !$0.variants.isEmpty }) else { return posts }
        var chosen: String?
        if case .person(let person) = viewer { chosen = try transaction.login(of: person)?.language }
        let wanted = [chosen].compactMap { $0 } + languages
        return posts.map { post in
            guard case .announcement(var announcement) = post.body,
                let variant = announcement.variant(for: wanted, original: post.language)
            else { return post }
            var post = post
            let first = Announcement.Variant(
                language: post.language ?? "und", title: announcement.title, content: post.content)
            announcement.variants = [first] + announcement.variants.filter { $0 != variant }
            announcement.title = variant.title
            (post.content, post.language) = (variant.content, variant.language)
            post.body = .announcement(announcement)
            return post
        }
    }

    /// `es-PE, es;q=0.8, en;q=0.5`: the dearest first.
    private static func languages(_ field: String) -> [String] {
        field.split(separator: ",").prefix(20).enumerated().compactMap {
            index, item -> (String, Double, Int)? in
            let parts = item.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let tag = parts.first, tag != "*" else { return nil }
            let weight =
                parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return weight > 0 ? (tag, weight, index) : nil
        }
        .sorted { ($1.1, $0.2) < ($0.1, $1.2) }.map(\.0)
    }
}

extension Post {
    /// The other languages that it is to be had in.
    public var variants: [Announcement.Variant] {
        if case .announcement(let announcement) = body { announcement.variants } else { [] }
    }
}
