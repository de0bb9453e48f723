public import Domain
public import FoundationEssentials

/// What of a poll is still to be told.
public struct PollNews: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Its totals changed.
    public static let totals = PollNews(rawValue: 1)
    /// What this node counted for an anonymous poll of another changed.
    public static let ownTally = PollNews(rawValue: 2)
}

extension Transaction {
    func insert(_ poll: Poll, of post: PostID) throws {
        try run(
            """
            INSERT INTO poll (
                post, is_multiple, is_anonymous, hides_totals, closes_at, is_closed, voters, untold
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
            """,
            [
                .id(post), .bool(poll.isMultiple), .bool(poll.isAnonymous), .bool(poll.hidesTotals),
                .date(poll.closesAt), .bool(poll.isClosed), .number(poll.voters),
            ])
        for (position, option) in poll.options.enumerated() {
            try run(
                "INSERT INTO poll_option (post, position, text, votes) VALUES ($1, $2, $3, $4)",
                [.id(post), .number(position), .text(option.text), .number(option.votes)])
        }
    }

    /// A poll that asks something else begins anew (FEP-9967); the rest of an edit leaves it as it is.
    func update(_ poll: Poll, of post: PostID) throws {
        guard let stored = try polls(of: [post])[post], !stored.asksTheSame(as: poll) else { return }
        try deletePoll(of: post)
        try insert(poll, of: post)
        try setUntold(.totals, of: post)
    }

    func deletePoll(of post: PostID) throws {
        for table in ["poll", "poll_option", "ballot", "vote", "poll_tally"] {
            try run("DELETE FROM \(table) WHERE post = $1", [.id(post)])
        }
    }

    /// The polls that some posts carry.
    public func polls(of posts: [PostID]) throws -> [PostID: Poll] {
        guard !posts.isEmpty else { return [:] }
        let posts = padded(posts)
        var polls: [PostID: Poll] = [:]
        for (post, poll) in try all(
            """
            SELECT post, is_multiple, is_anonymous, hides_totals, closes_at, is_closed, voters
            FROM poll WHERE post IN (\(placeholders(posts.count)))
            """, posts.map { .id($0) }, Self.poll)
        {
            polls[post] = poll
        }
        guard !polls.isEmpty else { return [:] }
        let found = padded(Array(polls.keys))
        for (post, option) in try all(
            """
            SELECT post, text, votes FROM poll_option WHERE post IN (\(placeholders(found.count)))
            ORDER BY post, position
            """, found.map { .id($0) },
            { row in (row.id(0) as PostID, Poll.Option(row.text(1), votes: row.number(2))) })
        {
            polls[post]?.options.append(option)
        }
        return polls
    }

    private static func poll(_ row: any SQLRow) -> (PostID, Poll) {
        var poll = Poll(options: [], closesAt: row.optionalDate(4))
        poll.isMultiple = row.bool(1)
        poll.isAnonymous = row.bool(2)
        poll.hidesTotals = row.bool(3)
        poll.isClosed = row.bool(5)
        poll.voters = row.number(6)
        return (row.id(0), poll)
    }

    // MARK: Who voted

    /// Notes that somebody voted; false when they had.
    public func insertBallot(of person: ActorID, in post: PostID) throws -> Bool {
        try run(
            "INSERT INTO ballot (post, person) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [.id(post), .id(person)]) > 0
    }

    /// Keeps a choice in an open poll; false when it was kept before.
    public func insertVote(of person: ActorID, for position: Int, in post: PostID) throws -> Bool {
        try run(
            "INSERT INTO vote (post, person, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.id(post), .id(person), .number(position)]) > 0
    }

    /// What a person voted in those of the posts in which they did.
    public func ballots(of person: ActorID, in posts: [PostID]) throws -> [PostID: Ballot] {
        guard !posts.isEmpty else { return [:] }
        let posts = padded(posts)
        let list = placeholders(posts.count, from: 2)
        let values = [.id(person)] + posts.map { SQLValue.id($0) }
        var ballots: [PostID: Ballot] = [:]
        let voted: [PostID] = try all(
            "SELECT post FROM ballot WHERE person = $1 AND post IN (\(list))", values
        ) { $0.id(0) }
        for post in voted { ballots[post] = Ballot() }
        for (post, position) in try all(
            "SELECT post, position FROM vote WHERE person = $1 AND post IN (\(list)) ORDER BY post, position",
            values, { ($0.id(0) as PostID, $0.number(1)) })
        {
            ballots[post]?.choices.append(position)
        }
        return ballots
    }

    /// Those of some posts that a person wrote.
    public func posts(_ ids: [PostID], writtenBy person: ActorID) throws -> Set<PostID> {
        guard !ids.isEmpty else { return [] }
        let ids = padded(ids)
        let found: [PostID] = try all(
            "SELECT id FROM post WHERE author = $1 AND id IN (\(placeholders(ids.count, from: 2)))",
            [.id(person)] + ids.map { .id($0) }
        ) { $0.id(0) }
        return Set(found)
    }

    /// Those who voted, by their ids: in no order that says when.
    public func voters(in post: PostID) throws -> [ActorID] {
        try all("SELECT person FROM ballot WHERE post = $1 ORDER BY person", [.id(post)]) { $0.id(0) }
    }

    /// Where people of other nodes voted.
    public func inboxesThatVoted(in post: PostID) throws -> [ObjectURI] {
        try all(
            """
            SELECT COALESCE(a.shared_inbox, a.inbox) FROM ballot b JOIN actor a ON a.id = b.person
            WHERE b.post = $1 AND a.host IS NOT NULL AND a.state = 0
            UNION
            SELECT COALESCE(a.shared_inbox, a.inbox) FROM poll_tally t
            JOIN actor a ON a.host = t.node AND a.kind = \(Actor.Kind.application.rawValue)
            WHERE t.post = $1 AND a.state = 0
            """, [.id(post)]
        ) { try $0.uri(0) }
    }

    // MARK: Totals

    /// Adds to what is counted. Every option's row is written anew, so that none is seen to be the one that changed.
    public func add(_ counted: Tally, to post: PostID) throws {
        try run(
            "UPDATE poll SET voters = voters + $2 WHERE post = $1", [.id(post), .number(counted.voters)])
        for (position, votes) in counted.votes.enumerated() {
            try run(
                "UPDATE poll_option SET votes = votes + $3 WHERE post = $1 AND position = $2",
                [.id(post), .number(position), .number(votes)])
        }
    }

    /// Sets what is known to be counted.
    public func setTotals(_ totals: Tally, of post: PostID) throws {
        try run("UPDATE poll SET voters = $2 WHERE post = $1", [.id(post), .number(totals.voters)])
        for (position, votes) in totals.votes.enumerated() {
            try run(
                "UPDATE poll_option SET votes = $3 WHERE post = $1 AND position = $2",
                [.id(post), .number(position), .number(votes)])
        }
    }

    /// What a node counted in an anonymous poll; nil where it said nothing yet. `node`: empty for this one.
    public func tally(of node: String, in post: PostID) throws -> Tally? {
        var tally = Tally(voters: -1, votes: [])
        for (position, votes) in try all(
            "SELECT position, votes FROM poll_tally WHERE post = $1 AND node = $2 ORDER BY position",
            [.id(post), .text(node)], { ($0.number(0), $0.number(1)) })
        {
            if position < 0 { tally.voters = votes } else { tally.votes.append(votes) }
        }
        return tally.voters < 0 ? nil : tally
    }

    /// Keeps what a node counted in place of what it counted before.
    public func save(_ tally: Tally, of node: String, in post: PostID) throws {
        for (position, votes) in ([tally.voters] + tally.votes).enumerated() {
            try run(
                """
                INSERT INTO poll_tally (post, node, position, votes) VALUES ($1, $2, $3, $4)
                ON CONFLICT (post, node, position) DO UPDATE SET votes = excluded.votes
                """, [.id(post), .text(node), .number(position - 1), .number(votes)])
        }
    }

    /// What people of this node chose in an open poll of another.
    public func countVotes(in post: PostID, options: Int) throws -> Tally {
        var tally = Tally(voters: 0, votes: Array(repeating: 0, count: options))
        for (position, votes) in try all(
            "SELECT position, COUNT(*) FROM vote WHERE post = $1 GROUP BY position", [.id(post)],
            { ($0.number(0), $0.number(1)) }) where tally.votes.indices.contains(position)
        {
            tally.votes[position] = votes
        }
        tally.voters = try number("SELECT COUNT(*) FROM ballot WHERE post = $1", [.id(post)])
        return tally
    }

    // MARK: What is to be told, and when

    /// Notes that something of a poll is to be told, soon and together with what follows.
    public func setUntold(_ news: PollNews, of post: PostID) throws {
        try run("UPDATE poll SET untold = untold | $2 WHERE post = $1", [.id(post), .number(news.rawValue)])
    }

    /// Polls of which something is to be told.
    public func untoldPolls(limit: Int = 500) throws -> [(post: PostID, news: PollNews)] {
        try all("SELECT post, untold FROM poll WHERE untold > 0 ORDER BY post LIMIT $1", [.number(limit)]) {
            ($0.id(0), PollNews(rawValue: $0.number(1)))
        }
    }

    /// Forgets that something is to be told; false when another process has.
    public func setTold(_ post: PostID) throws -> Bool {
        try run("UPDATE poll SET untold = 0 WHERE post = $1 AND untold > 0", [.id(post)]) > 0
    }

    /// Polls whose time is up and of which nobody was told so.
    public func pollsToClose(at now: Date, limit: Int = 500) throws -> [PostID] {
        try all(
            """
            SELECT post FROM poll WHERE is_closed = 0 AND closes_at IS NOT NULL AND closes_at <= $1
            ORDER BY closes_at LIMIT $2
            """, [.date(now), .number(limit)]
        ) { $0.id(0) }
    }

    /// Closes a poll; false when it was closed before. `date`: nil leaves its time as it is.
    public func closePoll(_ post: PostID, at date: Date? = nil) throws -> Bool {
        try run(
            """
            UPDATE poll SET is_closed = 1, closes_at = COALESCE(CAST($2 AS BIGINT), closes_at)
            WHERE post = $1 AND is_closed = 0
            """, [.id(post), .date(date)]) > 0
    }
}
