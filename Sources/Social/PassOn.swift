public import Domain
import Storage

/// Passes another's post on to one's own followers (`Announce`).
public struct PassOn: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Passes a post on, or answers the earlier post that did so.
    ///
    /// - Throws: ``Refusal`` for a post that is not meant to go further than it is.
    public func passOn(_ id: PostID, to audience: Audience? = nil, by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            let author = try transaction.writingPerson(person, needs: needs)
            let asked = try transaction.visiblePost(id, to: .person(person))
            let original =
                try asked.body.announced.map { try transaction.visiblePost($0, to: .person(person)) } ?? asked
            if let earlier = try transaction.announce(of: original.id, by: person) { return earlier }
            let announceID: PostID = needs.ids.next()
            let announce = Post(
                id: announceID, uri: needs.addresses.post(announceID), author: person,
                body: .announce(of: original.id), content: "",
                audience: try Self.audience(of: original, wish: audience),
                url: needs.addresses.page(post: announceID, by: author.name), createdAt: needs.now()
            )
            try transaction.insert(announce, recipients: [], isLocal: true)
            try transaction.insertHome(announceID, shown: original.id, person: person)
            try transaction.append(.published(announceID))
            return announce
        }
    }

    /// Takes it back, and answers the original.
    public func takeBack(_ id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            let asked = try transaction.visiblePost(id, to: .person(person))
            let original =
                try asked.body.announced.map { try transaction.visiblePost($0, to: .person(person)) } ?? asked
            if let announce = try transaction.announce(of: original.id, by: person) {
                try Withdraw.perform(announce, at: needs.now(), in: transaction)
            }
            return try transaction.visiblePost(original.id, to: .person(person))
        }
    }

    /// Never wider than the original: what was meant for few is not passed on at all.
    private static func audience(of original: Post, wish: Audience?) throws(Refusal) -> Audience {
        switch original.audience {
        case .anyone: return wish ?? .anyone
        case .organisation: return wish == .followers || wish == .node ? wish ?? .organisation : .organisation
        case .node: return .node
        case .direct, .followers, .group, .unit: throw .notAllowed(because: "This action is not allowed")
        }
    }
}
