public import FoundationEssentials

/// For how long a signature is good (N13).
public struct SignatureWindow: Sendable {
    public var past: Double
    public var future: Double

    /// `Date` fields of other software may lag by half a day and lead by an hour, as Mastodon allows.
    public static let date = SignatureWindow(past: 12 * 3600, future: 3600)
    /// `created` parameters come from software that keeps its clock.
    public static let created = SignatureWindow(past: 12 * 3600, future: 300)

    public init(past: Double, future: Double) {
        self.past = past
        self.future = future
    }

    public func check(_ made: Date, now: Date) throws(SignatureFault) {
        let age = now.timeIntervalSince(made)
        guard age <= past, -age <= future else { throw .outsideWindow }
    }
}
