public import Domain
import Social
public import Storage

extension Transaction {
    /// A post of this node whose ledger somebody may read (Spec/features/post.md §7).
    ///
    /// - Throws: ``Refusal/notFound(_:)`` for everyone else, as for a post that never was.
    public func ledgerPost(_ id: PostID, for person: ActorID) throws -> Post {
        let post = try visiblePost(id, to: .person(person))
        guard try mayReadLedger(of: post, person) else { throw Refusal.notFound("Record") }
        return post
    }

    /// Whether a post that somebody sees is theirs, or they administer its node.
    public func mayReadLedger(of post: Post, _ person: ActorID) throws -> Bool {
        guard post.author != person else { return true }
        return try isLocal(post.author) && administers(person)
    }

    /// Whether somebody may administer this node.
    public func administers(_ person: ActorID) throws -> Bool {
        try login(of: person)?.isAdministrator == true
    }
}
