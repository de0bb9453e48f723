/// When an event was noted, so that what a drain has not seen yet has an age; and the indexes of queries that read a
/// large table from its beginning to its end.
enum Schema19 {
    static let statements = [
        "ALTER TABLE event ADD COLUMN at INTEGER",
        "CREATE INDEX bookmark_post ON bookmark (post)",
        "CREATE INDEX post_announces ON post (announced) WHERE announced IS NOT NULL",
        "CREATE INDEX post_url ON post (url)",
        "CREATE INDEX notification_post ON notification (post) WHERE post IS NOT NULL",
        "CREATE INDEX notification_actor ON notification (actor, kind)",
        "CREATE INDEX actor_group ON actor (display_name, id) WHERE kind = 1",
        "CREATE INDEX actor_department_people ON actor (LOWER(department), display_name, id) WHERE kind = 0",
        "CREATE INDEX actor_office_people ON actor (LOWER(office), display_name, id) WHERE kind = 0",
        "CREATE INDEX actor_name ON actor (display_name, id) WHERE kind = 0",
    ]
}
