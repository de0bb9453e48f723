/// Something that colleagues' acts say of a person, whatever the number of their own posts (Spec/features/badge.md).
public enum Badge: String, Sendable, CaseIterable {
    /// An answer was accepted.
    case answer
    /// Five answers were, by three askers at least.
    case answers
    /// Thanked from three offices.
    case offices
    /// Thanked for each of the organisation's values.
    case values
    /// A colleague answered the first thread that they began as a newcomer.
    case welcome

    public var title: String {
        switch self {
        case .answer: "First accepted answer"
        case .answers: "Asked by many"
        case .offices: "Known across offices"
        case .values: "Every value"
        case .welcome: "In the conversation"
        }
    }

    /// What it is given for, in one sentence.
    public var meaning: String {
        switch self {
        case .answer: "A colleague accepted an answer."
        case .answers: "Five answers were accepted, by at least three colleagues."
        case .offices: "Colleagues of three offices said thanks."
        case .values: "Colleagues said thanks for each of the organisation's values."
        case .welcome: "Colleagues answered the first thread of a newcomer."
        }
    }

    /// What everybody in the organisation may see of what colleagues did for a person.
    public struct Evidence: Sendable, Equatable {
        public var acceptedAnswers = 0
        public var askers = 0
        public var offices = 0
        public var values: Set<String> = []
        public var wasWelcomed = false

        public init() {}
    }

    /// The badges that evidence is enough for; the same evidence gives the same ones. `values`: the organisation's.
    public static func earned(by evidence: Evidence, values: [String]) -> [Badge] {
        allCases.filter { badge in
            switch badge {
            case .answer: evidence.acceptedAnswers >= 1
            case .answers: evidence.acceptedAnswers >= 5 && evidence.askers >= 3
            case .offices: evidence.offices >= 3
            case .values: values.count > 1 && evidence.values.isSuperset(of: values)
            case .welcome: evidence.wasWelcomed
            }
        }
    }
}

/// What a person's home node says of them to colleagues everywhere.
public struct Honours: Sendable, Equatable {
    /// Whether they may be ranked; somebody who may not has no badges either.
    public var isRanked: Bool
    public var badges: [Badge]
    /// The days that they let colleagues of every office celebrate.
    public var milestones: [Milestone]

    public init(isRanked: Bool, badges: [Badge] = [], milestones: [Milestone] = []) {
        self.milestones = milestones
        self.isRanked = isRanked
        self.badges = badges
    }
}
