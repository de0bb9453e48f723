public import FoundationEssentials

public typealias DraftID = ID<KeptDraft>

/// Something that a person has written and not published: for later, or for a moment that they chose.
public struct KeptDraft: Sendable, Equatable {
    /// Drafts that one person may keep; as many may wait for their moment.
    public static let limit = 300
    /// Seconds that a moment must be ahead.
    public static let lead: Double = 300

    public var id: DraftID
    public var person: ActorID
    public var text: String
    /// The title of a question; nil for a note.
    public var question: String?
    public var poll: KeptPoll?
    public var summary = ""
    public var isSensitive = false
    public var language: String?
    /// nil for the person's default at the time of publishing.
    public var audience: Audience?
    public var isQuiet = false
    public var replyTo: PostID?
    /// The group it is written in.
    public var group: ActorID?
    /// The post that it quotes; whoever wrote that is asked when it is published.
    public var quote: PostID?
    /// Who may quote it; nil for the person's default at the time of publishing.
    public var quotePolicy: QuotePolicy?
    /// Why it was not published when its moment came.
    public var refusal: String?
    /// When it is published by itself; nil for a draft.
    public var dueAt: Date?
    public var createdAt: Date

    public init(id: DraftID, person: ActorID, text: String, dueAt: Date? = nil, createdAt: Date) {
        self.id = id
        self.person = person
        self.text = text
        self.dueAt = dueAt
        self.createdAt = createdAt
    }

    /// Which moments can be chosen.
    public static func check(dueAt: Date, now: Date) throws(Refusal) {
        guard dueAt >= now.addingTimeInterval(lead), dueAt < now.addingTimeInterval(5 * 366 * 86400) else {
            throw .invalid(field: "Scheduled at", because: "must be at least five minutes in the future")
        }
    }
}
