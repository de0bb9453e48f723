public import FoundationEssentials

public typealias MailID = ID<Mail>

/// A letter to a person of this node, in plain text.
public struct Mail: Sendable, Equatable {
    public var id: MailID
    /// The address, without a name.
    public var recipient: String
    public var subject: String
    /// Lines end with a line feed.
    public var body: String
    /// Where a click ends letters of this kind (RFC 8058).
    public var stopLink: String
    public var attempts: Int
    public var nextAt: Date

    public init(
        id: MailID, recipient: String, subject: String, body: String, stopLink: String, attempts: Int = 0,
        nextAt: Date
    ) {
        self.id = id
        self.recipient = recipient
        self.subject = subject
        self.body = body
        self.stopLink = stopLink
        self.attempts = attempts
        self.nextAt = nextAt
    }
}
