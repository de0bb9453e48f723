import Domain

extension Transaction {
    func insert(_ announcement: Announcement, of post: PostID) throws {
        try run(
            "INSERT INTO announcement (post, title, due_at) VALUES ($1, $2, $3)",
            [.id(post), .text(announcement.title), .date(announcement.dueAt)])
    }

    func update(_ announcement: Announcement, of post: PostID) throws {}

    func deleteAnnouncement(of post: PostID) throws {
        try run("DELETE FROM announcement WHERE post = $1", [.id(post)])
    }

    func announcements(of posts: [PostID]) throws -> [PostID: Announcement] {
        let rows = try all(
            "SELECT post, title, due_at FROM announcement WHERE post IN (\(placeholders(posts.count)))",
            posts.map { .id($0) }
        ) { row in (row.id(0) as PostID, Announcement(title: row.text(1), dueAt: row.optionalDate(2))) }
        return Dictionary(rows) { first, _ in first }
    }
}
