/// The global name of an actor, object, activity or key: an absolute http(s) URI in one canonical form.
///
/// Scheme and host are lower case, a default port and a trailing dot of the host are gone, so two spellings of
/// one host compare equal and a block on a host holds for all of them (N64). User information, IPv6 literals,
/// numeric tricks and non-ASCII characters are refused (N65).
public struct ObjectURI: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The longest URI that is taken, in bytes.
    public static let limit = 2048

    public let string: String
    public let scheme: String
    /// Canonical host without port.
    public let host: String
    public let port: Int?

    public var description: String { string }

    /// Host, with the port where it is not the scheme's own: the name by which a node is known.
    public var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// Scheme and authority (FEP-fe34: what must agree between an id, its owner and its key).
    public var origin: String { "\(scheme)://\(authority)" }

    /// What follows the authority up to a fragment, at least `/`.
    public var pathAndQuery: String {
        let rest = string.dropFirst(origin.count)
        let bare = rest.prefix { $0 != "#" }
        return bare.isEmpty ? "/" : (bare.hasPrefix("?") ? "/" + bare : String(bare))
    }

    /// The same URI without its fragment: the document that holds a key.
    public var withoutFragment: ObjectURI {
        guard let hash = string.firstIndex(of: "#") else { return self }
        return ObjectURI(String(string[..<hash])) ?? self
    }

    /// Reads and canonicalises; nil for whatever is not an acceptable http(s) URI.
    public init?(_ text: String) {
        guard (8...Self.limit).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }),
            let separator = text.range(of: "://")
        else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        let rest = text[separator.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        guard let (host, port) = Self.authority(rest[..<end]) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port == (scheme == "https" ? 443 : 80) ? nil : port
        let tail = rest[end...]
        let authority = self.port.map { "\(host):\($0)" } ?? host
        string = "\(scheme)://\(authority)\(tail)"
    }

    public static func < (left: Self, right: Self) -> Bool { left.string < right.string }

    /// Another address on the same origin. `path`: begins with `/`.
    public func sibling(_ path: String) -> ObjectURI { ObjectURI(origin + path) ?? self }

    private static func authority(_ text: Substring) -> (String, Int?)? {
        guard !text.contains("@"), !text.contains("[") else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let host = HostName.canonical(String(parts[0])) else {
            return nil
        }
        guard parts.count == 2 else { return (host, nil) }
        guard let port = Int(parts[1]), (1...65535).contains(port), parts[1].allSatisfy(\.isNumber) else {
            return nil
        }
        return (host, port)
    }
}

extension StringProtocol {
    fileprivate func range(of mark: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
            start = index(after: start)
        }
        return nil
    }
}
