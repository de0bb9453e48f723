/// That a post was read where it lives before it was brought, so that nobody was told of it yet; how many answers a post has, of
/// those that its readers may read; when somebody chose the time of their daily letters; and which posts name somebody.
enum Schema23 {
    static let statements = [
        "ALTER TABLE post ADD COLUMN is_untold INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX recipient_actor ON recipient (actor)",
        "ALTER TABLE notification_habit ADD COLUMN digest_since INTEGER",
        // Of what came silently before, announcements alone are known by their own mark.
        """
        UPDATE post SET is_untold = 1
        WHERE is_local = 0 AND id IN (SELECT n.post FROM announcement n WHERE n.is_brought = 0)
        """,
        // What few may read does not count any more, where everyone sees the number (`Post.isRead(byReadersOf:)`).
        """
        UPDATE post SET reply_count = (
            SELECT COUNT(*) FROM post r
            WHERE r.reply_post = post.id AND r.deleted_at IS NULL AND r.announced IS NULL
                AND (r.audience >= 4
                    OR r.audience = 2 AND post.audience = 2 AND r.audience_actor = post.audience_actor
                    OR r.audience = 3 AND post.audience = 3 AND r.audience_unit = post.audience_unit
                    OR r.audience = 1 AND post.audience = 1 AND r.author = post.author))
        WHERE reply_count > 0
        """,
    ]
}
