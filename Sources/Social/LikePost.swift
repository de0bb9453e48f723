public import Domain
public import Storage

/// Likes a post, or ends that.
public struct LikePost: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    public func like(_ id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let post = try Self.original(id, for: person, in: transaction)
            let like = Like(
                actor: person, post: post.id, uri: needs.activityURI(), createdAt: needs.now())
            try Self.perform(like, in: transaction)
            return try transaction.visiblePost(post.id, to: .person(person))
        }
    }

    public func unlike(_ id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { transaction in
            let post = try Self.original(id, for: person, in: transaction)
            try Self.undo(post.id, by: person, in: transaction)
            return try transaction.visiblePost(post.id, to: .person(person))
        }
    }

    /// Keeps a bookmark, which nobody else learns of.
    public func bookmark(_ isKept: Bool, _ id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            let post = try Self.original(id, for: person, in: transaction)
            try transaction.setBookmark(isKept, of: post.id, by: person, at: needs.now())
            return post
        }
    }

    /// Keeps a like whose giver was checked; a second one by the same actor has no effect.
    public static func perform(_ like: Like, in transaction: Transaction) throws {
        guard try transaction.insert(like) else { return }
        try transaction.append(.liked(like.actor, like.post, uri: like.uri, content: like.content))
        if try transaction.isOwnAnswer(like.post) { try transaction.append(.counted(like.post)) }
    }

    public static func undo(_ post: PostID, by actor: ActorID, in transaction: Transaction) throws {
        guard let like = try transaction.deleteLike(of: post, by: actor) else { return }
        try transaction.deleteNotifications(kind: .like, actor: actor, post: post)
        try transaction.append(.unliked(actor, post, uri: like.uri))
        if try transaction.isOwnAnswer(post) { try transaction.append(.counted(post)) }
    }

    static func original(_ id: PostID, for person: ActorID, in transaction: Transaction) throws
        -> Post
    {
        let post = try transaction.visiblePost(id, to: .person(person))
        return try post.body.announced.map { try transaction.visiblePost($0, to: .person(person)) } ?? post
    }
}
