public import Domain
public import FoundationEssentials
public import Storage

/// Deletes a post and leaves its tombstone.
public struct Withdraw: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Withdraws a person's own post; the text is returned, so that it can be written anew.
    public func withdraw(_ id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            guard let post = try transaction.post(id), post.author == person, post.deletedAt == nil else {
                throw Refusal.notFound("Record")
            }
            try Self.perform(post, at: needs.now(), in: transaction)
            return post
        }
    }

    /// Withdraws a post whose author was checked.
    public static func perform(_ post: Post, at date: Date, in transaction: Transaction) throws {
        if let announced = post.body.announced {
            try transaction.deleteNotifications(kind: .announce, actor: post.author, post: announced)
        }
        try transaction.bury(post, at: date)
        try transaction.append(.deleted(post.id))
    }
}
