/// What a colleague does and where: the part of a profile that the directory makes searchable.
public struct WorkProfile: Sendable, Equatable {
    public var title = ""
    public var department = ""
    public var office = ""
    public var skills: [String] = []
    public var contacts: [Contact] = []

    public init() {}

    /// A way to reach a person, shown to those its reach names.
    public struct Contact: Sendable, Equatable {
        public var kind: Kind
        public var value: String
        public var reach: Reach

        public init(kind: Kind, value: String, reach: Reach) {
            self.kind = kind
            self.value = value
            self.reach = reach
        }

        public enum Kind: String, Sendable, CaseIterable {
            case email, telephone, location
        }
    }

    /// The directory's visibility classes: how far a record or a field of it travels.
    public enum Reach: String, Sendable, CaseIterable, Comparable {
        /// The home node keeps it to itself.
        case node
        /// The nodes of one legal entity.
        case entity
        /// Every node of the organisation.
        case organisation

        public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .node: 0
            case .entity: 1
            case .organisation: 2
            }
        }
    }

    /// What may leave for readers that a reach names: contacts of a narrower reach are gone.
    public func limited(to reach: Reach) -> WorkProfile {
        var copy = self
        copy.contacts = contacts.filter { $0.reach >= reach }
        return copy
    }

    /// The rules of Spec/features/profile.md §2.
    public func check() throws(Refusal) {
        for (field, text) in [("title", title), ("department", department), ("office", office)]
        where text.length > Limits.profileWord {
            throw .invalid(field: field, because: "at most \(Limits.profileWord) characters")
        }
        guard skills.count <= Limits.skills, skills.allSatisfy({ (1...Limits.skill).contains($0.length) })
        else {
            throw .invalid(
                field: "skills", because: "at most \(Limits.skills) of 1 to \(Limits.skill) characters each"
            )
        }
        guard contacts.count <= Limits.contacts,
            contacts.allSatisfy({ $0.value.length <= Limits.profileWord })
        else {
            throw .invalid(field: "contacts", because: "at most \(Limits.contacts)")
        }
    }
}
