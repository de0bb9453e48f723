public import Domain

extension Transaction {
    /// Keeps a list, new or changed.
    public func save(_ list: PeopleList) throws {
        try run(
            """
            INSERT INTO people_list (id, person, title, replies, is_exclusive) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO UPDATE SET title = excluded.title, replies = excluded.replies,
                is_exclusive = excluded.is_exclusive
            """,
            [
                .id(list.id), .id(list.person), .text(list.title), .number(list.replies.rawValue),
                .bool(list.isExclusive),
            ])
    }

    /// A person's own list; nil for another's, as for one that never was.
    public func peopleList(_ id: PeopleListID, of person: ActorID) throws -> PeopleList? {
        try first(
            "\(Self.peopleListQuery) WHERE k.id = $1 AND k.person = $2", [.id(id), .id(person)],
            Self.peopleList)
    }

    /// All lists of a person, in the order in which they were made. `holding`: only those on which somebody stands.
    public func peopleLists(of person: ActorID, holding member: ActorID? = nil) throws -> [PeopleList] {
        try all(
            """
            \(Self.peopleListQuery) WHERE k.person = $1 AND (CAST($2 AS BIGINT) IS NULL OR EXISTS (
                SELECT 1 FROM people_list_member l WHERE l.list = k.id AND l.member = $2)) ORDER BY k.id
            """, [.id(person), .id(member)], Self.peopleList)
    }

    public func deletePeopleList(_ id: PeopleListID) throws {
        try run("DELETE FROM people_list_member WHERE list = $1", [.id(id)])
        try run("DELETE FROM people_list WHERE id = $1", [.id(id)])
    }

    /// Those on a list, from the given one on.
    public func people(on list: PeopleListID, after: ActorID? = nil, limit: Int = 40) throws -> [ActorID] {
        try all(
            "SELECT member FROM people_list_member WHERE list = $1 AND member > $2 ORDER BY member LIMIT $3",
            [.id(list), .int(after?.raw ?? 0), .number(limit)]
        ) { $0.id(0) }
    }

    public func countPeople(on list: PeopleListID) throws -> Int {
        try number("SELECT COUNT(*) FROM people_list_member WHERE list = $1", [.id(list)])
    }

    /// Puts somebody on a list; again has no effect.
    public func put(_ member: ActorID, on list: PeopleListID) throws {
        try run(
            "INSERT INTO people_list_member (list, member) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [.id(list), .id(member)])
    }

    public func take(_ member: ActorID, off list: PeopleListID) throws {
        try run("DELETE FROM people_list_member WHERE list = $1 AND member = $2", [.id(list), .id(member)])
    }

    /// Takes somebody off all of a person's lists, when they do not follow them any more.
    func takeOffLists(of person: ActorID, _ member: ActorID) throws {
        try run(
            """
            DELETE FROM people_list_member WHERE member = $2
                AND list IN (SELECT id FROM people_list WHERE person = $1)
            """, [.id(person), .id(member)])
    }

    /// Those who keep somebody's posts out of their home timelines.
    public func keepersApart(of author: ActorID) throws -> Set<ActorID> {
        Set(
            try all(
                """
                SELECT k.person FROM people_list_member l JOIN people_list k ON k.id = l.list
                WHERE l.member = $1 AND k.is_exclusive = 1
                """, [.id(author)]
            ) { $0.id(0) })
    }

    /// The lists on which a post stands, as far as its owners may see it.
    public func peopleLists(showing post: Post) throws -> [PeopleListID] {
        // An answer to somebody unknown is one to nobody on the list.
        let answered = post.reply.map { $0.author ?? ActorID(0) }
        return try all(
            """
            SELECT k.id FROM people_list_member l JOIN people_list k ON k.id = l.list
            WHERE l.member = $1 AND (CAST($2 AS BIGINT) IS NULL OR \(Self.takesAnswers("$1", to: "$2")))
                AND ($3 = 0 OR \(Self.takesAnnounces(of: "$1")))
            """, [.id(post.author), .id(answered), .bool(post.body.announced != nil)]
        ) { $0.id(0) }
    }

    /// A condition on `people_list k`, `people_list_member l`: whether answers of an author to somebody stand there.
    static func takesAnswers(_ author: String, to answered: String) -> String {
        """
        (\(answered) = \(author) OR \(answered) = k.person
            OR (k.replies = 1 AND EXISTS (
                SELECT 1 FROM people_list_member o WHERE o.list = k.id AND o.member = \(answered)))
            OR (k.replies = 2 AND EXISTS (SELECT 1 FROM follow f
                WHERE f.follower = k.person AND f.followee = \(answered) AND f.state = 1)))
        """
    }

    /// Whether what an author passes on stands there.
    static func takesAnnounces(of author: String) -> String {
        """
        EXISTS (SELECT 1 FROM follow f
            WHERE f.follower = k.person AND f.followee = \(author) AND f.state = 1 AND f.shows_announces = 1)
        """
    }

    private static let peopleListQuery =
        "SELECT k.id, k.person, k.title, k.replies, k.is_exclusive FROM people_list k"

    private static func peopleList(_ row: any SQLRow) -> PeopleList {
        var list = PeopleList(id: row.id(0), person: row.id(1), title: row.text(2))
        list.replies = PeopleList.Replies(rawValue: row.number(3)) ?? .members
        list.isExclusive = row.bool(4)
        return list
    }
}
