/// The one canonical spelling of a host (N64, N65).
public enum HostName {
    /// Lower case, no trailing dot; nil for an empty, over-long, non-ASCII or numerically disguised name.
    ///
    /// Unicode names must arrive in punycode: converting them here would make the answer depend on the version
    /// of IDNA. A dotted quad is taken only in plain decimal; whether it may be reached is the guard's affair.
    public static func canonical(_ text: String) -> String? {
        var name = text.lowercased()
        if name.utf8.last == UInt8(ascii: ".") { name.removeLast() }
        guard (1...253).contains(name.utf8.count) else { return nil }
        // By bytes: every activity names a dozen hosts.
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.allSatisfy(isLabel), let last = labels.last else { return nil }
        if isNumeric(last) { return isDottedQuad(labels) ? name : nil }
        return name
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
                    || byte == UInt8(ascii: "_")
            }
    }

    /// `2130706433`, `0x7f`, `017`: what resolvers take for an address though no top-level domain looks like it.
    private static func isNumeric(_ label: Substring.UTF8View) -> Bool {
        label.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            || label.starts(with: "0x".utf8)
    }

    private static func isDottedQuad(_ labels: [Substring.UTF8View]) -> Bool {
        labels.count == 4
            && labels.map(Substring.init).allSatisfy { label in
                guard let number = Int(label), (0...255).contains(number) else { return false }
                return String(number) == label
            }
    }
}
