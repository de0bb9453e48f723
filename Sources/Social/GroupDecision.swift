public import Domain

/// What a moderator decides about a person.
public enum GroupDecision: Sendable, Equatable {
    case approve, refuse, invite, remove, ban, unban
    /// `owner` hands the group over.
    case role(Membership.Role)

    /// How it is named in the node's log and in the client interface.
    public var word: String {
        switch self {
        case .approve: "approve"
        case .refuse: "refuse"
        case .invite: "invite"
        case .remove: "remove"
        case .ban: "ban"
        case .unban: "unban"
        case .role(let role): role.word
        }
    }

    public init?(word: String) {
        if let role = Membership.Role(word: word) {
            self = .role(role)
            return
        }
        let words: [GroupDecision] = [.approve, .refuse, .invite, .remove, .ban, .unban]
        guard let decision = words.first(where: { $0.word == word }) else { return nil }
        self = decision
    }
}
