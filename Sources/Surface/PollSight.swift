public import Domain
public import FoundationEssentials
public import Storage

/// A poll as one reader stands to it.
public struct PollSight: Sendable {
    public let poll: Poll
    /// What the reader voted; nil where they did not.
    public let ballot: Ballot?
    /// Whether the reader asked it.
    public let isOwn: Bool

    /// The polls among some posts; nothing for those that carry none.
    public static func read(
        _ posts: [PostID], for viewer: Viewer, in transaction: Transaction
    ) throws -> [PostID: PollSight] {
        let polls = try transaction.polls(of: posts)
        guard !polls.isEmpty else { return [:] }
        var ballots: [PostID: Ballot] = [:]
        var own: Set<PostID> = []
        if case .person(let person) = viewer {
            let ids = polls.keys.sorted()
            ballots = try transaction.ballots(of: person, in: ids)
            own = try transaction.posts(ids, writtenBy: person)
        }
        var sights: [PostID: PollSight] = [:]
        for (post, poll) in polls {
            sights[post] = PollSight(poll: poll, ballot: ballots[post], isOwn: own.contains(post))
        }
        return sights
    }

    /// Whether the reader may know the totals at a moment.
    public func showsTotals(at now: Date) -> Bool { poll.showsTotals(to: ballot, at: now) }

    /// Whether the reader may still vote.
    public func mayVote(at now: Date) -> Bool { ballot == nil && !isOwn && !poll.isOver(at: now) }
}
