extension StringProtocol {
    /// Length as ``Limits`` count it, in Unicode scalars: one character may carry any number of marks.
    public var length: Int { unicodeScalars.count }

    /// The beginning, of at most that many Unicode scalars.
    public func shortened(to limit: Int) -> String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
    }

    /// Somebody else's words as a log may hold them: on one line, of at most that many Unicode scalars.
    public func onOneLine(upTo limit: Int = 200) -> String {
        let scalars = unicodeScalars.prefix(limit).map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: return " "
            default: return scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
