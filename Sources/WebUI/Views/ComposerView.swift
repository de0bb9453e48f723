import Domain
import Social
import Storage
import Surface

/// The box in which one writes.
struct ComposerView {
    let desk: Desk
    let seal: String
    let back: String

    /// `answered`: the post that is answered, with its author; nil for a new one.
    func values(for person: ActorID, answering answered: (Post, Actor)? = nil, in transaction: Transaction)
        throws
        -> [String: Any]
    {
        let actor = try transaction.actor(person)
        let own = try transaction.login(of: person)?.defaultAudience ?? .organisation
        var values: [String: Any] = [
            "seal": seal, "back": back, "label": "What would you like to tell your colleagues?", "text": "",
            "action": "Post",
            "audiences": audiences(
                chosen: answered?.0.audience ?? own, followers: actor?.counts.followers ?? 0),
        ]
        if answered == nil {
            values["hasKinds"] = true
            values["kinds"] = [
                ["path": "/new/question", "label": "Ask a question"], ["path": "/drafts", "label": "Drafts"],
            ]
        }
        if let (post, author) = answered {
            values["isAnswer"] = true
            values["replyTo"] = post.id.description
            values["label"] = "Your answer to \(PersonView(desk: desk).name(author))"
            values["action"] = "Answer"
            let others = ([PersonView(desk: desk).handle(author)] + post.mentions.map(\.handle))
                .filter { $0 != actor.map { PersonView(desk: desk).handle($0) } }
            if post.author != person { values["text"] = Self.unique(others).map { "@\($0) " }.joined() }
        }
        return values
    }

    func audiences(chosen: Audience, followers: Int = 0) -> [[String: Any]] {
        var list: [(String, String, Audience)] = [
            ("organisation", "Everyone in the organisation", .organisation),
            ("node", "Only \(desk.nodeName)", .node),
            ("private", "My followers (\(followers))", .followers),
            ("direct", "Only the people I name", .direct),
        ]
        if desk.needs.policy == .open { list.insert(("public", "Anyone", .anyone), at: 0) }
        return list.map { value, label, audience in
            ["value": value, "label": label, "isChosen": audience == chosen]
        }
    }

    static func audience(_ word: String?) throws(Refusal) -> Audience? {
        switch word {
        case nil, "": nil
        case "public": .anyone
        case "organisation": .organisation
        case "node": .node
        case "private": .followers
        case "direct": .direct
        default: throw .invalid(field: "Audience", because: "is not in the list")
        }
    }

    private static func unique(_ handles: [String]) -> [String] {
        var seen: Set<String> = []
        return handles.filter { seen.insert($0).inserted }
    }
}
