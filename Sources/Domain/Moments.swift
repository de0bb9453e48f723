public import FoundationEssentials

extension Date {
    /// Whether something that is believed until this moment, and never for longer than `seconds`, is believed now.
    ///
    /// Where a clock that was fast has been set right, such a moment may be hours away and means nothing.
    public func holds(at now: Date, atMost seconds: Double) -> Bool {
        let left = timeIntervalSince(now)
        return left > 0 && left <= seconds
    }
}
