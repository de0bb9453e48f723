public import Domain
public import Storage

/// Gives a post an emoji beside the like, or takes it back.
public struct React: Sendable {
    let needs: Needs
    /// What this node offers.
    let emoji: [String]

    public init(needs: Needs, emoji: [String]) {
        self.needs = needs
        self.emoji = emoji
    }

    /// - Throws: ``Refusal`` for an emoji that the node does not offer, or a post that the person cannot see.
    public func react(_ emoji: String, to id: PostID, by person: ActorID) async throws -> Post {
        try Reaction.check(emoji, in: self.emoji)
        return try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let post = try LikePost.original(id, for: person, in: transaction)
            try Self.perform(
                Reaction(
                    actor: person, post: post.id, emoji: emoji, uri: needs.activityURI(),
                    createdAt: needs.now()),
                in: transaction)
            return post
        }
    }

    public func unreact(_ emoji: String, to id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { transaction in
            let post = try LikePost.original(id, for: person, in: transaction)
            try Self.undo(emoji, of: post.id, by: person, in: transaction)
            return post
        }
    }

    /// Keeps a reaction whose giver was checked; the same one again has no effect.
    public static func perform(_ reaction: Reaction, in transaction: Transaction) throws {
        let count = try transaction.countReactions(of: reaction.post, by: reaction.actor)
        guard count < Reaction.limit else {
            throw Refusal.notAllowed(because: "at most \(Reaction.limit) reactions to one post")
        }
        guard try transaction.insert(reaction) else { return }
        try transaction.append(
            .liked(reaction.actor, reaction.post, uri: reaction.uri, content: reaction.emoji))
    }

    public static func undo(
        _ emoji: String, of post: PostID, by actor: ActorID, in transaction: Transaction
    ) throws {
        guard let reaction = try transaction.deleteReaction(emoji, of: post, by: actor) else { return }
        if try transaction.countReactions(of: post, by: actor) == 0 {
            try transaction.deleteNotifications(kind: .reaction, actor: actor, post: post)
        }
        try transaction.append(.unliked(actor, post, uri: reaction.uri))
    }
}
