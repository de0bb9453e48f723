public import Domain

/// What a person wants to publish, before it is a post.
public struct Draft: Sendable, Equatable {
    public var text: String
    public var title: String?
    public var summary: String
    public var isSensitive: Bool
    public var language: String?
    /// nil for the person's own default.
    public var audience: Audience?
    public var isQuiet = false
    /// What it carries besides its text; nil for a note, or an article where there is a title.
    public var body: PostBody?
    /// The group it is written in.
    public var group: ActorID?
    public var replyTo: PostID?
    /// The post that it quotes.
    public var quote: PostID?
    /// Who may quote it; nil for the person's own default.
    public var quotePolicy: QuotePolicy?
    /// A word by which a repeated request is known to be the same.
    public var idempotency: String?
    /// What was kept of it until now: it is published only while that still stands so, and is kept no longer.
    var kept: KeptDraft?

    public init(
        text: String, title: String? = nil, summary: String = "", isSensitive: Bool = false,
        language: String? = nil,
        audience: Audience? = nil, replyTo: PostID? = nil, idempotency: String? = nil
    ) {
        self.text = text
        self.title = title
        self.summary = summary
        self.isSensitive = isSensitive
        self.language = language
        self.audience = audience
        self.replyTo = replyTo
        self.idempotency = idempotency
    }

    /// The rules of Spec/features/post.md §2.
    public func check(policy: FederationPolicy) throws(Refusal) {
        if case .question(let question)? = body {
            try question.check()
            guard replyTo == nil else { throw .invalid(field: "Question", because: "is no answer to a post") }
        }
        try checkText(below: body?.title)
        try checkForm(policy: policy)
    }

    /// Where there is a title the text may be empty. `title`: of what the text is written for.
    func checkText(below title: String?) throws(Refusal) {
        guard title != nil || text.contains(where: { !$0.isWhitespace }) else {
            throw .invalid(field: "Text", because: "can't be blank")
        }
    }

    /// What holds whatever the text is written for.
    func checkForm(policy: FederationPolicy) throws(Refusal) {
        guard text.length + summary.length <= Limits.postText else {
            throw .invalid(field: "Text", because: "character limit of \(Limits.postText) exceeded")
        }
        guard summary.length <= Limits.summary, (title ?? "").length <= Limits.summary else {
            throw .invalid(
                field: "Spoiler text", because: "is too long (maximum is \(Limits.summary) characters)")
        }
        guard quote == nil || body == nil else {
            throw .invalid(field: "Quote", because: "goes with a plain post only")
        }
        guard (language ?? "").length <= 35 else {
            throw .invalid(field: "Language", because: "is not a language tag")
        }
        guard audience != .anyone || policy == .open else {
            throw .notAllowed(because: "This node keeps posts within the organisation")
        }
    }
}
