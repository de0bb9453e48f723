public import Domain
public import FoundationEssentials
public import Storage

/// Votes in a poll, here or elsewhere: each person once.
public struct VoteInPoll: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Casts a person's vote, which stands. `choices`: positions of options.
    ///
    /// Of an anonymous poll nothing is kept or told but that this person voted, and what all of this node chose
    /// together (Spec/decisions/0021).
    ///
    /// - Throws: ``Refusal`` when the poll is over, their own, or they voted before; then nothing has changed.
    public func vote(_ id: PostID, for choices: [Int], by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .poll(let poll) = post.body, let author = try transaction.actor(post.author) else {
                throw Refusal.notFound("Record")
            }
            try Self.check(poll, of: post, by: person, at: needs.now())
            try poll.check(choices)
            try Self.checkSecrecy(of: poll, by: author, at: needs.now(), in: transaction)
            guard try transaction.insertBallot(of: person, in: post.id) else { throw Self.secondVote }
            let counted = Tally.one(choices, of: poll)
            if author.isLocal {
                try Self.count(counted, of: person, in: post.id, poll, in: transaction)
            } else {
                try Self.note(choices, counted, of: person, in: post.id, poll, in: transaction)
            }
            return try transaction.visiblePost(post.id, to: .person(person))
        }
    }

    private static let secondVote = Refusal.invalid(field: "You", because: "have already voted on this poll")

    private static func check(_ poll: Poll, of post: Post, by person: ActorID, at now: Date) throws(Refusal) {
        guard !poll.isOver(at: now) else {
            throw .invalid(field: "The poll", because: "has already ended")
        }
        guard post.author != person else {
            throw .invalid(field: "You", because: "cannot vote in your own polls")
        }
    }

    /// Only a node of the organisation takes this node's word for its people; to others a vote would bear a name.
    private static func checkSecrecy(
        of poll: Poll, by author: Actor, at now: Date, in transaction: Transaction
    ) throws {
        guard poll.isAnonymous, let host = author.host else { return }
        guard try transaction.member(host)?.isAdmitted(at: now) == true else {
            throw Refusal.notAllowed(
                because: "An anonymous vote can only go to an office that the directory lists")
        }
    }

    /// Counts a vote in a poll of this node.
    private static func count(
        _ counted: Tally, of person: ActorID, in post: PostID, _ poll: Poll, in transaction: Transaction
    ) throws {
        if poll.isAnonymous {
            let earlier = try transaction.tally(of: "", in: post) ?? .none(of: poll)
            try transaction.save(earlier.adding(counted), of: "", in: post)
        } else {
            for (position, votes) in counted.votes.enumerated() where votes > 0 {
                _ = try transaction.insertVote(of: person, for: position, in: post)
            }
        }
        try transaction.add(counted, to: post)
        try transaction.setUntold(.totals, of: post)
    }

    /// Keeps a vote in a poll of another node, which counts it; until it says so, at least this much is known.
    private static func note(
        _ choices: [Int], _ counted: Tally, of person: ActorID, in post: PostID, _ poll: Poll,
        in transaction: Transaction
    ) throws {
        let known: Tally
        if poll.isAnonymous {
            known = (try transaction.tally(of: "", in: post) ?? .none(of: poll)).adding(counted)
            try transaction.save(known, of: "", in: post)
        } else {
            for position in choices.sorted() {
                _ = try transaction.insertVote(of: person, for: position, in: post)
                try transaction.append(.voted(person, post, option: position))
            }
            known = try transaction.countVotes(in: post, options: poll.options.count)
        }
        try transaction.setTotals(poll.tally.union(known), of: post)
        try transaction.setUntold(poll.isAnonymous ? [.totals, .ownTally] : .totals, of: post)
    }
}

/// What other nodes say.
extension VoteInPoll {
    /// Counts the vote of a person of another node in a poll of this one. `name`: of the option. `sent`: when it was
    /// cast, by the word of a member's node; nil for others, whose votes count when they arrive.
    ///
    /// - Throws: ``Refusal`` for a vote that does not count; then nothing has changed (N49).
    public static func receive(
        _ name: String, in post: Post, by person: Actor, sent: Date?, at now: Date,
        in transaction: Transaction
    ) throws {
        guard case .poll(let poll) = post.body else { throw Refusal.notFound("Record") }
        let isLate = sent.map { poll.takesLate(castAt: $0, at: now) } ?? false
        guard post.author != person.id else {
            throw Refusal.notAllowed(because: "nobody votes in their own poll")
        }
        guard isLate || !poll.isOver(at: now) else {
            throw Refusal.notAllowed(because: "the poll has already ended")
        }
        guard let position = poll.options.firstIndex(where: { $0.text == name }) else {
            throw Refusal.invalid(field: "The chosen vote option", because: "does not exist")
        }
        var counted = Tally.one([position], of: poll)
        if poll.isAnonymous {
            guard try transaction.tally(of: person.host ?? "", in: post.id) == nil else {
                throw Refusal.notAllowed(because: "this node counts its own people")
            }
            guard try transaction.insertBallot(of: person.id, in: post.id) else { throw secondVote }
        } else {
            let isFirst = try transaction.insertBallot(of: person.id, in: post.id)
            guard isFirst || poll.isMultiple,
                try transaction.insertVote(of: person.id, for: position, in: post.id)
            else { throw secondVote }
            counted.voters = isFirst ? 1 : 0
        }
        try count(counted, of: person.id, in: post.id, poll, in: transaction)
    }

    /// Takes a node's count of its people in an anonymous poll of this node, in place of its earlier one: the same
    /// again, or an older one, changes nothing.
    ///
    /// - Throws: ``Refusal`` for one that cannot be.
    public static func receive(
        _ tally: Tally, of node: String, in post: Post, at now: Date, in transaction: Transaction
    ) throws {
        guard case .poll(let poll) = post.body, poll.isAnonymous else {
            throw Refusal.notAllowed(because: "only an anonymous poll is counted by nodes")
        }
        guard !poll.isOver(at: now) || poll.takesLate(castAt: poll.closesAt ?? now, at: now) else {
            throw Refusal.notAllowed(because: "the poll has already ended")
        }
        guard tally.fits(poll) else {
            throw Refusal.invalid(field: "The tally", because: "does not add up")
        }
        let earlier = try transaction.tally(of: node, in: post.id) ?? .none(of: poll)
        guard tally != earlier, tally.voters >= earlier.voters else { return }
        guard tally.voters > earlier.voters, tally.mayFollow(earlier) else {
            throw Refusal.invalid(field: "The tally", because: "takes votes back")
        }
        try transaction.save(tally, of: node, in: post.id)
        try transaction.add(tally.removing(earlier), to: post.id)
        try transaction.setUntold(.totals, of: post.id)
    }

    /// Takes over the totals of a poll of another node. `closed`: whether it says that it has closed, and when.
    public static func receiveTotals(
        _ totals: Tally, of post: Post, closed: Date?, in transaction: Transaction
    ) throws {
        guard case .poll(let poll) = post.body, totals.votes.count == poll.options.count else { return }
        let known = poll.tally.union(totals)
        if known != poll.tally {
            try transaction.setTotals(known, of: post.id)
            try transaction.setUntold(.totals, of: post.id)
        }
        if let closed, try transaction.closePoll(post.id, at: closed) {
            try transaction.append(.pollClosed(post.id))
        }
    }
}

/// Ends polls whose time is up and tells of new totals, together for all votes of some seconds.
public struct TendPolls: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Notes as events what is to be told by now. What was noted is noted once, also by several processes.
    public func tend() async throws {
        let now = needs.now()
        let isQuiet = try await needs.store.read {
            try $0.untoldPolls(limit: 1).isEmpty && $0.pollsToClose(at: now, limit: 1).isEmpty
                && $0.surveysToTend(at: now, limit: 1).isEmpty
        }
        guard !isQuiet else { return }
        try await needs.store.write { transaction in
            for (post, news) in try transaction.untoldPolls() where try transaction.setTold(post) {
                if news.contains(.totals) { try transaction.append(.pollCounted(post)) }
                if news.contains(.ownTally) { try transaction.append(.tallied(post)) }
            }
            for post in try transaction.pollsToClose(at: now) where try transaction.closePoll(post) {
                try transaction.append(.pollClosed(post))
            }
            try AnswerSurvey.tend(at: now, in: transaction)
        }
    }
}

extension Poll {
    /// Whether what was cast in time may still arrive: the line may have been cut.
    fileprivate func takesLate(castAt sent: Date, at now: Date) -> Bool {
        guard let closesAt else { return false }
        return sent <= closesAt && now < closesAt + Self.lateness
    }
}

extension Tally {
    fileprivate static func one(_ choices: [Int], of poll: Poll) -> Tally {
        Tally(voters: 1, votes: poll.options.indices.map { choices.contains($0) ? 1 : 0 })
    }

    fileprivate func adding(_ other: Tally) -> Tally {
        Tally(voters: voters + other.voters, votes: zip(votes, other.votes).map { $0 + $1 })
    }

    fileprivate func removing(_ other: Tally) -> Tally {
        Tally(voters: voters - other.voters, votes: zip(votes, other.votes).map { $0 - $1 })
    }

    /// Of two counts of the same poll what both know: counts only grow, so order and repetition do not matter.
    fileprivate func union(_ other: Tally) -> Tally {
        Tally(voters: max(voters, other.voters), votes: zip(votes, other.votes).map { max($0, $1) })
    }
}
