public import FoundationEssentials

/// One version of what a node asks of those who write on it (Spec/features/guideline.md).
public struct Guideline: Sendable, Equatable {
    /// Characters of the text.
    public static let textLimit = 50_000
    /// Rules that clients are shown.
    public static let ruleLimit = 50
    /// How long somebody who came is reminded where they write.
    public static let newness: Double = 14 * 86400

    /// From 1, without gaps.
    public var version: Int
    /// As it was written.
    public var text: String
    /// The same as sanitised HTML.
    public var content: String
    /// What is different from the version before.
    public var change: String
    /// Whether nobody writes before they have accepted it.
    public var isRequired: Bool
    public var publishedAt: Date

    public init(
        version: Int, text: String, content: String, change: String = "", isRequired: Bool = true,
        publishedAt: Date
    ) {
        self.version = version
        self.text = text
        self.content = content
        self.change = change
        self.isRequired = isRequired
        self.publishedAt = publishedAt
    }

    /// That a person accepted a version, and when.
    public struct Acceptance: Sendable, Equatable {
        public var person: ActorID
        public var version: Int
        public var at: Date

        public init(person: ActorID, version: Int, at: Date) {
            self.person = person
            self.version = version
            self.at = at
        }
    }

    /// Items of lists, each a rule by itself for clients that show rules one by one.
    public var rules: [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line -> String? in
            let line = line.drop(while: \.isWhitespace)
            let mark = line.prefix { !$0.isWhitespace }
            let isNumber = mark.last == "." && mark.dropLast().allSatisfy(\.isNumber) && mark.count > 1
            guard ["-", "*", "•"].contains(mark) || isNumber else { return nil }
            let rule = line.dropFirst(mark.count).drop(while: \.isWhitespace)
            return rule.isEmpty ? nil : rule.shortened(to: Limits.summary)
        }.prefix(Self.ruleLimit).map { $0 }
    }

    /// The rules of Spec/features/guideline.md §1.
    public func check() throws(Refusal) {
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw .invalid(field: "Text", because: "can't be blank")
        }
        guard text.length <= Self.textLimit else {
            throw .invalid(field: "Text", because: "character limit of \(Self.textLimit) exceeded")
        }
        guard change.length <= Limits.summary else {
            throw .invalid(
                field: "Change", because: "is too long (maximum is \(Limits.summary) characters)")
        }
    }

    /// What can be accepted: the version that is in force, so that nobody accepts what they were not shown (§3).
    public static func check(accepting version: Int, current: Guideline?) throws(Refusal) {
        guard let current else { throw .notFound("Record") }
        guard version == current.version else {
            throw .invalid(
                field: "Version",
                because: "is not the one in force, which is \(current.version): read it again")
        }
    }
}
