/// How the activities about a post are found when it is edited or deleted.
enum Schema18 {
    static let statements = ["CREATE INDEX activity_post ON activity (post) WHERE post IS NOT NULL"]
}
