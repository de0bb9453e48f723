/// Questions and answers, reactions, followed hashtags, drafts. What is accepted is kept by name: the answer may come later, or go.
enum Schema6 {
    static let statements = [
        """
        CREATE TABLE question (
            post INTEGER PRIMARY KEY, title TEXT NOT NULL, accepted TEXT, duplicate_of TEXT,
            is_by_moderator INTEGER NOT NULL, settled_at INTEGER
        )
        """,
        "CREATE INDEX question_open ON question (post) WHERE accepted IS NULL AND duplicate_of IS NULL",
        """
        CREATE TABLE ruling (
            id INTEGER PRIMARY KEY, question INTEGER NOT NULL, moderator INTEGER NOT NULL, accepted TEXT,
            duplicate_of TEXT, at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX ruling_question ON ruling (question, id)",
        "ALTER TABLE post ADD COLUMN counted_at INTEGER",
        """
        CREATE TABLE reaction (
            post INTEGER NOT NULL, emoji TEXT NOT NULL, actor INTEGER NOT NULL, uri TEXT NOT NULL,
            created_at INTEGER NOT NULL, PRIMARY KEY (post, emoji, actor)
        ) WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX reaction_uri ON reaction (uri)",
        "CREATE TABLE tag_follow (id INTEGER PRIMARY KEY, person INTEGER NOT NULL, tag TEXT NOT NULL)",
        "CREATE UNIQUE INDEX tag_follow_once ON tag_follow (person, tag)",
        "CREATE INDEX tag_follow_tag ON tag_follow (tag, person)",
        """
        CREATE TABLE draft (
            id INTEGER PRIMARY KEY, person INTEGER NOT NULL, text TEXT NOT NULL, question TEXT, summary TEXT NOT NULL,
            is_sensitive INTEGER NOT NULL, language TEXT, audience INTEGER, audience_actor INTEGER,
            audience_unit TEXT, is_quiet INTEGER NOT NULL, reply_to INTEGER, due_at INTEGER,
            created_at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX draft_person ON draft (person, id)",
        "CREATE INDEX draft_due ON draft (due_at) WHERE due_at IS NOT NULL",
    ]
}
