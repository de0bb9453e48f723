import Domain

extension Transaction {
    func insert(_ poll: Poll, of post: PostID) throws {
        try run(
            """
            INSERT INTO poll (post, is_multiple, is_anonymous, hides_totals, closes_at, voters)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .id(post), .bool(poll.isMultiple), .bool(poll.isAnonymous), .bool(poll.hidesTotals),
                .date(poll.closesAt), .number(poll.voters),
            ])
        for (position, option) in poll.options.enumerated() {
            try run(
                "INSERT INTO poll_option (post, position, text, votes) VALUES ($1, $2, $3, $4)",
                [.id(post), .number(position), .text(option.text), .number(option.votes)])
        }
    }

    func update(_ poll: Poll, of post: PostID) throws {}

    func deletePoll(of post: PostID) throws {
        for table in ["poll", "poll_option"] { try run("DELETE FROM \(table) WHERE post = $1", [.id(post)]) }
    }

    func polls(of posts: [PostID]) throws -> [PostID: Poll] {
        let list = placeholders(posts.count)
        let ids = posts.map { SQLValue.id($0) }
        var polls: [PostID: Poll] = [:]
        for (post, poll) in try all(
            """
            SELECT post, is_multiple, is_anonymous, hides_totals, closes_at, voters FROM poll WHERE post IN (\(list))
            """, ids,
            { row in
                var poll = Poll(options: [], closesAt: row.optionalDate(4))
                (poll.isMultiple, poll.isAnonymous, poll.hidesTotals) = (
                    row.bool(1), row.bool(2), row.bool(3)
                )
                poll.voters = row.number(5)
                return (row.id(0) as PostID, poll)
            })
        {
            polls[post] = poll
        }
        for (post, option) in try all(
            "SELECT post, text, votes FROM poll_option WHERE post IN (\(list)) ORDER BY post, position", ids,
            { row in (row.id(0) as PostID, Poll.Option(row.text(1), votes: row.number(2))) })
        {
            polls[post]?.options.append(option)
        }
        return polls
    }
}
