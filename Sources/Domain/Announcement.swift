public import FoundationEssentials

/// News from those who may speak for the organisation (Spec/features/announcement.md).
public struct Announcement: Sendable, Equatable {
    public var title: String
    /// Until when it must be acknowledged; nil for one that need not be.
    public var dueAt: Date?
    public var target: Target
    /// The same in other languages.
    public var variants: [Variant] = []

    public init(title: String, dueAt: Date? = nil, target: Target = Target()) {
        self.title = title
        self.dueAt = dueAt
        self.target = target
    }

    /// The people it is for; what is empty narrows nothing.
    public struct Target: Sendable, Equatable {
        /// A department, by name.
        public var unit: String
        public var office: String
        /// BCP 47; of it only the language itself is compared.
        public var language: String

        public init(unit: String = "", office: String = "", language: String = "") {
            self.unit = unit
            self.office = office
            self.language = language
        }

        public var isEveryone: Bool { unit.isEmpty && office.isEmpty && language.isEmpty }

        /// Whether a colleague is among them. `reads`: the language they chose; who chose none is reached in all of them,
        /// since a notice too many is better than one that is missed.
        public func includes(_ work: WorkProfile, reads: String?) -> Bool {
            Self.agree(unit, work.department) && Self.agree(office, work.office)
                && (language.isEmpty || (reads ?? "").isEmpty
                    || Self.primary(language) == Self.primary(reads ?? ""))
        }

        private static func agree(_ wanted: String, _ actual: String) -> Bool {
            wanted.isEmpty || wanted.lowercased() == actual.lowercased()
        }

        static func primary(_ tag: String) -> String {
            tag.lowercased().prefix { $0 != "-" && $0 != "_" }.description
        }
    }

    /// An announcement in another language than the one it was first written in.
    public struct Variant: Sendable, Equatable {
        /// BCP 47.
        public var language: String
        public var title: String
        /// Sanitised HTML.
        public var content: String
        /// As its author wrote it; nil for one of another node.
        public var source: String?

        public init(language: String, title: String, content: String, source: String? = nil) {
            self.language = language
            self.title = title
            self.content = content
            self.source = source
        }
    }

    public static let mostVariants = 12

    /// The variant for a reader; nil where they are served best by what was written first. `languages`: what they read, the
    /// dearest first. `original`: the language of what was written first.
    public func variant(for languages: [String], original: String?) -> Variant? {
        for language in languages where !language.isEmpty {
            if let exact = variants.first(where: { $0.language.lowercased() == language.lowercased() }) {
                return exact
            }
            let wanted = Target.primary(language)
            if wanted == Target.primary(original ?? "") { return nil }
            if let close = variants.first(where: { Target.primary($0.language) == wanted }) { return close }
        }
        return nil
    }

    private func checkVariants() throws(Refusal) {
        guard variants.count <= Self.mostVariants else {
            throw .invalid(field: "Languages", because: "are at most \(Self.mostVariants) besides the first")
        }
        guard Set(variants.map { $0.language.lowercased() }).count == variants.count else {
            throw .invalid(field: "Languages", because: "are each given once")
        }
        for variant in variants {
            guard Self.isLanguage(variant.language) else {
                throw .invalid(field: "Language", because: "is not a language tag")
            }
            guard variant.title.contains(where: { !$0.isWhitespace }),
                variant.title.length <= Limits.profileWord
            else {
                throw .invalid(
                    field: "Title", because: "has 1 to \(Limits.profileWord) characters in each language")
            }
            guard !variant.content.isEmpty, (variant.source ?? "").length <= Limits.postText else {
                throw .invalid(
                    field: "Text", because: "has 1 to \(Limits.postText) characters in each language")
            }
        }
    }

    /// `es`, `pt-BR`; not `und`, which says that it is unknown.
    private static func isLanguage(_ tag: String) -> Bool {
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        return tag.length <= 35 && tag.lowercased() != "und" && (2...8).contains(parts.first?.count ?? 0)
            && parts.allSatisfy { part in
                (1...8).contains(part.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
    }

    /// The most days that a date to acknowledge by may lie ahead.
    public static let longestDays: Double = 366

    /// What holds for every announcement, wherever it was written.
    public func checkForm(at now: Date) throws(Refusal) {
        guard title.contains(where: { !$0.isWhitespace }), title.length <= Limits.profileWord else {
            throw .invalid(field: "Title", because: "has 1 to \(Limits.profileWord) characters")
        }
        for (field, text) in [("Unit", target.unit), ("Office", target.office)]
        where text.length > Limits.profileWord {
            throw .invalid(field: field, because: "has at most \(Limits.profileWord) characters")
        }
        guard target.language.length <= 35 else {
            throw .invalid(field: "Target language", because: "is not a language tag")
        }
        try checkVariants()
        guard (dueAt ?? now) <= now + Self.longestDays * 86400 else {
            throw .invalid(field: "Due date", because: "lies at most a year ahead")
        }
    }

    /// The rules of Spec/features/announcement.md §2 for one that is written here.
    public func check(at now: Date) throws(Refusal) {
        try checkForm(at: now)
        guard dueAt.map({ $0 > now }) ?? true else {
            throw .invalid(field: "Due date", because: "must lie ahead")
        }
    }

    /// When the first of the two reminders is due: a day before the date, or at it where that day has passed already.
    public func firstReminder(after now: Date) -> Date? {
        dueAt.map { $0 - 86400 > now ? $0 - 86400 : $0 }
    }
}

/// How one person of this node stands to an announcement that is for them.
public struct AnnouncementReader: Sendable, Equatable {
    public var person: ActorID
    /// Their department when it came, by which they are counted.
    public var unit: String
    /// Since when it is in their home timeline; nil while it is not.
    public var broughtAt: Date?
    public var acknowledgedAt: Date?
    /// Put away in a client. This says nothing of whether it was acknowledged.
    public var dismissedAt: Date?
    /// How many of the two reminders were given.
    public var reminders: Int
    public var nextReminderAt: Date?

    public init(
        person: ActorID, unit: String, broughtAt: Date? = nil, acknowledgedAt: Date? = nil,
        dismissedAt: Date? = nil, reminders: Int = 0, nextReminderAt: Date? = nil
    ) {
        self.person = person
        self.unit = unit
        self.broughtAt = broughtAt
        self.acknowledgedAt = acknowledgedAt
        self.dismissedAt = dismissedAt
        self.reminders = reminders
        self.nextReminderAt = nextReminderAt
    }

    /// The most reminders that anybody gets of one announcement.
    public static let mostReminders = 2
}
