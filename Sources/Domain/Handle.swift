/// A person's name at a host: `ada@oslo.example`.
public struct Handle: Hashable, Sendable, CustomStringConvertible {
    /// The longest name part that is taken, in bytes (Mastodon's remote limit is 2048, its local one 30).
    public static let nameLimit = 100

    public let name: String
    /// Canonical host, with a port only where the node has one (`oslo.localhost:7001`).
    public let host: String

    public var description: String { "\(name)@\(host)" }

    /// - Parameters:
    ///   - name: checked by ``isName(_:)``; its case is kept, comparison of handles is by ``key``.
    ///   - host: host or host:port.
    public init?(name: String, host: String) {
        guard Self.isName(name), let uri = ObjectURI("https://\(host)/") else { return nil }
        self.name = name
        self.host = uri.authority
    }

    /// Reads `@ada@oslo.example`, `ada@oslo.example` or `acct:ada@oslo.example`.
    public init?(_ text: String) {
        var rest = Substring(text)
        if rest.hasPrefix("acct:") { rest = rest.dropFirst(5) }
        if rest.hasPrefix("@") { rest = rest.dropFirst() }
        let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(name: String(parts[0]), host: String(parts[1]))
    }

    /// The form by which two handles are the same person.
    public var key: String { "\(name.lowercased())@\(host)" }

    /// ASCII letters, digits, `_`, and inner `.` and `-`: no look-alikes, no invisible characters (N63, N68).
    public static func isName(_ name: String) -> Bool {
        guard (1...nameLimit).contains(name.utf8.count), let first = name.utf8.first,
            let last = name.utf8.last
        else { return false }
        return name.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
            && isWord(first) && isWord(last)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
