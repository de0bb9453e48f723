public import FoundationEssentials

/// News from those who may speak for the organisation (Spec/features/announcement.md).
public struct Announcement: Sendable, Equatable {
    public var title: String
    /// Until when it must be acknowledged; nil for one that need not be.
    public var dueAt: Date?

    public init(title: String, dueAt: Date? = nil) {
        self.title = title
        self.dueAt = dueAt
    }
}
