/// A row's identifier that fits only the kind of thing it names.
///
/// 64 bits: 42 of milliseconds since 2024-01-01 UTC, then 22 of counter and node salt, so ids sort by time.
public struct ID<Kind>: Hashable, Comparable, Sendable {
    public let raw: Int64

    public init(_ raw: Int64) { self.raw = raw }

    public static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }
}

extension ID: CustomStringConvertible {
    public var description: String { String(raw) }

    /// Reads the decimal form that client interfaces use; nil for anything but a positive 64-bit number.
    public init?(decimal text: some StringProtocol) {
        guard let raw = Int64(text), raw > 0 else { return nil }
        self.init(raw)
    }
}

public typealias ActorID = ID<Actor>
public typealias PostID = ID<Post>
public typealias ActivityID = ID<OutgoingActivity>
public typealias NotificationID = ID<Notification>
public typealias DeliveryID = ID<Delivery>
public typealias ReceivedID = ID<Received>
