import Foundation

/// Where letters are handed over: `smtp://[PERSON:PASSWORD@]HOST[:PORT]` or `smtps://…`.
public struct MailServer: Sendable, Equatable {
    var host: String
    var port: Int
    /// Whether the line is encrypted from its first byte; otherwise it is as soon as the server offers it.
    var isEncrypted: Bool
    var name: String?
    var password: String?
    /// The address that letters come from.
    var from: String

    /// - Throws: ``SettingsFault`` for an address that cannot be one.
    init(_ text: String, from: String) throws(SettingsFault) {
        let fault = SettingsFault(
            "mailServer is no address such as smtp://hallway:secret@mail.example:587 or smtps://mail.example")
        isEncrypted = text.hasPrefix("smtps://")
        guard isEncrypted || text.hasPrefix("smtp://") else { throw fault }
        var rest = text.drop { $0 != "/" }.dropFirst(2)
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw fault }
            name = parts[0].removingPercentEncoding ?? String(parts[0])
            password = parts[1].removingPercentEncoding ?? String(parts[1])
            rest = rest[rest.index(after: at)...]
        }
        let parts = rest.split(separator: ":", maxSplits: 1)
        guard let first = parts.first, !first.contains("/") else { throw fault }
        host = String(first)
        guard let port = parts.count == 2 ? Int(parts[1]) : (isEncrypted ? 465 : 587),
            (1...65535).contains(port)
        else { throw fault }
        self.port = port
        guard Self.isAddress(from) else { throw SettingsFault("mailFrom \"\(from)\" is no mail address") }
        self.from = from
    }

    /// An address that may stand in a command to a server and in a header: no spaces, no controls, no brackets.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"<>()[]\\,;:\"".utf8.contains($0) }
    }
}
