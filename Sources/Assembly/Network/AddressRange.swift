/// A stretch of IP addresses: `10.1.0.0/16`, `fd00::/8`.
public struct AddressRange: Sendable, Hashable {
    let bytes: [UInt8]
    let bits: Int

    /// Reads CIDR notation, or a single address.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first, parts.count <= 2, let bytes = IPAddress(String(address))?.bytes
        else {
            return nil
        }
        self.bytes = bytes
        guard parts.count == 2 else {
            bits = bytes.count * 8
            return
        }
        guard let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) else { return nil }
        self.bits = bits
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == bytes.count else { return false }
        let whole = bits / 8
        guard address.bytes.prefix(whole).elementsEqual(bytes.prefix(whole)) else { return false }
        let rest = bits % 8
        guard rest > 0 else { return true }
        return address.bytes[whole] >> (8 - rest) == bytes[whole] >> (8 - rest)
    }
}

/// An IPv4 or IPv6 address; an IPv4 address in IPv6 clothes is the IPv4 address.
public struct IPAddress: Sendable, Hashable {
    /// Four or sixteen.
    let bytes: [UInt8]

    public init?(_ text: String) {
        guard let bytes = Self.parse(text) else { return nil }
        self.bytes = Self.unwrap(bytes)
    }

    /// What visitors at an address are counted as: of IPv6 its /64, in which one machine has as many addresses as it likes.
    static func network(of text: String) -> String {
        guard let address = IPAddress(text) else { return text }
        guard address.bytes.count == 16 else { return address.description }
        return address.description.split(separator: ":").prefix(4).joined(separator: ":") + "::/64"
    }

    /// Where packets to an address may end up, as far as that matters here (N69).
    enum Kind {
        case ordinary
        /// Reachable inside an organisation only.
        case inner
        /// This machine, this link, or nobody in particular: never another node, unless a trial says so.
        case never
    }

    var kind: Kind {
        if Self.never.contains(where: { $0.contains(self) }) { return .never }
        return Self.inner.contains { $0.contains(self) } ? .inner : .ordinary
    }

    private static let never = [
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "192.0.2.0/24",
        "198.51.100.0/24", "203.0.113.0/24", "192.0.0.0/24", "::/127", "fe80::/10", "ff00::/8",
        "2001:db8::/32",
        "100::/64",
    ].compactMap { AddressRange($0) }

    private static let inner = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15", "fc00::/7",
        "fec0::/10",
    ].compactMap { AddressRange($0) }

    /// IPv4-mapped, IPv4-compatible, NAT64 and 6to4 forms are judged as the IPv4 address inside.
    private static func unwrap(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count == 16 else { return bytes }
        if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10...11].allSatisfy({ $0 == 0xff }) {
            return Array(bytes[12...])
        }
        if bytes.prefix(12).allSatisfy({ $0 == 0 }), bytes[12] != 0 { return Array(bytes[12...]) }
        if bytes.starts(with: [0x00, 0x64, 0xff, 0x9b]) { return Array(bytes[12...]) }
        if bytes.starts(with: [0x20, 0x02]) { return Array(bytes[2..<6]) }
        return bytes
    }

    private static func parse(_ text: String) -> [UInt8]? {
        if text.contains(":") { return parse6(text) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { part in UInt8(part).flatMap { String($0) == part ? $0 : nil } }
        return bytes.count == 4 ? bytes : nil
    }

    private static func parse6(_ text: String) -> [UInt8]? {
        var text = text.prefix { $0 != "%" }
        var tail: [UInt8] = []
        if let dot = text.firstIndex(of: "."), let colon = text[..<dot].lastIndex(of: ":") {
            guard let four = parse(String(text[text.index(after: colon)...])) else { return nil }
            tail = four
            text = text[...colon].hasSuffix("::") ? text[...colon] : text[..<colon]
        }
        let halves = String(text).split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        guard let head = groups(halves.first ?? "") else { return nil }
        let isShortened = text.contains("::")
        guard let end = groups(halves.count > 1 ? halves[1] : "") else { return nil }
        let missing = 16 - head.count - end.count - tail.count
        guard isShortened ? missing >= 0 : missing == 0 else { return nil }
        return head + Array(repeating: 0, count: missing) + end + tail
    }

    private static func groups(_ text: some StringProtocol) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        for group in text.split(separator: ":", omittingEmptySubsequences: false) {
            guard group.count <= 4, let number = UInt16(group, radix: 16) else { return nil }
            bytes += [UInt8(number >> 8), UInt8(number & 255)]
        }
        return bytes
    }
}
