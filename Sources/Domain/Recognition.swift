/// One colleague thanking others in public (Spec/features/recognition.md).
public struct Recognition: Sendable, Equatable {
    public var recipients: [ActorID]
    /// The organisation's value that it stands for, by name.
    public var value: String
    /// Points for each recipient.
    public var points: Int

    public init(recipients: [ActorID], value: String, points: Int = 0) {
        self.recipients = recipients
        self.value = value
        self.points = points
    }
}
