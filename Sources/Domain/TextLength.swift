extension StringProtocol {
    /// Length as ``Limits`` count it, in Unicode scalars: one character may carry any number of marks.
    public var length: Int { unicodeScalars.count }

    /// The beginning, of at most that many Unicode scalars.
    public func shortened(to limit: Int) -> String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
    }
}
