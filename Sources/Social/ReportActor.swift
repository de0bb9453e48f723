public import Domain
public import Storage

/// Tells moderators about a person or posts (`Flag`).
public struct ReportActor: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// `posts`: of the target; those that the reporter cannot see are dropped (N54). `isForwarded`: whether
    /// the target's home node is told, without the reporter's name.
    public func report(
        _ target: ActorID, posts: [PostID], comment: String, isForwarded: Bool, by person: ActorID
    ) async throws -> Report {
        guard comment.length <= Limits.summary else {
            throw Refusal.invalid(
                field: "Comment", because: "is too long (maximum is \(Limits.summary) characters)")
        }
        return try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let actor = try transaction.livingActor(target, to: .person(person))
            let report = Report(
                id: needs.ids.next(), reporter: person, target: target,
                posts: try Self.visible(posts, of: target, to: .person(person), in: transaction),
                comment: comment,
                isForwarded: isForwarded && !actor.isLocal, createdAt: needs.now()
            )
            try transaction.insert(report)
            try transaction.append(.reported(report.id))
            return report
        }
    }

    /// The target's posts among those named that the reporter can see; of a node, what it may fetch.
    ///
    /// A group's members at other nodes are known to the group's node alone: the organisation's nodes are taken at their word
    /// that one of theirs saw its posts. It tells them nothing.
    public static func visible(
        _ posts: [PostID], of target: ActorID, to viewer: Viewer, in transaction: Transaction
    ) throws -> [PostID] {
        try transaction.posts(Array(posts.prefix(50))).filter { post in
            guard post.author == target, post.deletedAt == nil else { return false }
            if post.group != nil, case .node(_, isOfOrganisation: true) = viewer { return true }
            return try transaction.mayFetch(post, viewer)
        }.map(\.id)
    }
}
