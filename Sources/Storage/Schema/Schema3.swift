/// Groups: which post was written in which.
enum Schema3 {
    static let statements = [
        "ALTER TABLE post ADD COLUMN in_group INTEGER",
        "CREATE INDEX post_group ON post (in_group, id) WHERE in_group IS NOT NULL",
    ]
}
