/// The global name of an actor, object, activity or key: an absolute http(s) URI in one canonical form.
///
/// Scheme and host are lower case, a default port and a trailing dot of the host are gone, so two spellings of
/// one host compare equal and a block on a host holds for all of them (N64). User information, IPv6 literals,
/// numeric tricks and non-ASCII characters are refused (N65).
public struct ObjectURI: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The longest URI that is taken, in bytes.
    public static let limit = 2048

    public let string: String
    /// Where the host and the authority end, in bytes.
    private let hostEnd: Int
    private let authorityEnd: Int

    public var description: String { string }

    public var scheme: String { isSecure ? "https" : "http" }

    /// Canonical host without port.
    public var host: String { text(hostStart, hostEnd) }

    public var port: Int? { hostEnd == authorityEnd ? nil : Int(text(hostEnd + 1, authorityEnd)) }

    /// Host, with the port where it is not the scheme's own: the name by which a node is known.
    public var authority: String { text(hostStart, authorityEnd) }

    /// Scheme and authority (FEP-fe34: what must agree between an id, its owner and its key).
    public var origin: String { text(0, authorityEnd) }

    /// What follows the authority up to a fragment, at least `/`.
    public var pathAndQuery: String {
        let rest = string.utf8.dropFirst(authorityEnd).prefix { $0 != UInt8(ascii: "#") }
        let bare = String(Substring(rest))
        return bare.isEmpty ? "/" : (bare.hasPrefix("?") ? "/" + bare : bare)
    }

    /// The same URI without its fragment: the document that holds a key.
    public var withoutFragment: ObjectURI {
        guard let hash = string.utf8.firstIndex(of: UInt8(ascii: "#")) else { return self }
        return ObjectURI(stored: String(string[..<hash])) ?? self
    }

    /// Reads and canonicalises; nil for whatever is not an acceptable http(s) URI.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (8...Self.limit).contains(bytes.count),
            bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        let scheme = text[..<colon].lowercased()
        let rest = bytes[colon...]
        guard scheme == "https" || scheme == "http", rest.starts(with: "://".utf8) else { return nil }
        let start = bytes.index(colon, offsetBy: 3)
        let end = bytes[start...].firstIndex(where: Self.endsAuthority) ?? bytes.endIndex
        guard let (host, port) = Self.authority(text[start..<end]) else { return nil }
        let isUsual = port == nil || port == (scheme == "https" ? 443 : 80)
        hostEnd = scheme.utf8.count + 3 + host.utf8.count
        let own = isUsual ? host : "\(host):\(port ?? 0)"
        authorityEnd = scheme.utf8.count + 3 + own.utf8.count
        string = "\(scheme)://\(own)\(text[end...])"
    }

    /// Takes what was canonical when it was stored; nil for what cannot have been.
    public init?(stored text: String) {
        let bytes = text.utf8
        let start = text.hasPrefix("https://") ? 8 : text.hasPrefix("http://") ? 7 : 0
        guard start > 0, bytes.count > start else { return nil }
        string = text
        var at = start
        var colon = 0
        for byte in bytes.dropFirst(start) {
            if Self.endsAuthority(byte) { break }
            if byte == UInt8(ascii: ":") { colon = at }
            at += 1
        }
        authorityEnd = at
        hostEnd = colon > 0 ? colon : at
    }

    public static func == (left: Self, right: Self) -> Bool { left.string == right.string }

    public func hash(into hasher: inout Hasher) { hasher.combine(string) }

    public static func < (left: Self, right: Self) -> Bool { left.string < right.string }

    /// Another address on the same origin. `path`: begins with `/`.
    public func sibling(_ path: String) -> ObjectURI { ObjectURI(origin + path) ?? self }

    private var isSecure: Bool { string.utf8.dropFirst(4).first == UInt8(ascii: "s") }

    private var hostStart: Int { isSecure ? 8 : 7 }

    private func text(_ start: Int, _ end: Int) -> String {
        String(Substring(string.utf8.dropFirst(start).prefix(end - start)))
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    private static func authority(_ text: Substring) -> (String, Int?)? {
        guard !text.utf8.contains(UInt8(ascii: "@")), !text.utf8.contains(UInt8(ascii: "[")) else {
            return nil
        }
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let host = HostName.canonical(String(Substring(parts[0]))) else {
            return nil
        }
        guard parts.count == 2 else { return (host, nil) }
        guard parts[1].allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(Substring(parts[1])),
            (1...65535).contains(port)
        else { return nil }
        return (host, port)
    }
}
