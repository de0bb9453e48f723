/// Polls and surveys.
enum Schema4 {
    static let statements = [
        """
        CREATE TABLE poll (
            post INTEGER PRIMARY KEY, is_multiple INTEGER NOT NULL, is_anonymous INTEGER NOT NULL,
            hides_totals INTEGER NOT NULL, closes_at INTEGER, is_closed INTEGER NOT NULL, voters INTEGER NOT NULL,
            untold INTEGER NOT NULL
        )
        """,
        "CREATE INDEX poll_closing ON poll (closes_at) WHERE is_closed = 0 AND closes_at IS NOT NULL",
        "CREATE INDEX poll_untold ON poll (post) WHERE untold > 0",
        """
        CREATE TABLE poll_option (
            post INTEGER NOT NULL, position INTEGER NOT NULL, text TEXT NOT NULL, votes INTEGER NOT NULL,
            PRIMARY KEY (post, position)
        ) WITHOUT ROWID
        """,
        // That somebody voted: neither when, nor in which order, nor for what.
        "CREATE TABLE ballot (post INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (post, person)) WITHOUT ROWID",
        // Of open polls only.
        """
        CREATE TABLE vote (
            post INTEGER NOT NULL, person INTEGER NOT NULL, position INTEGER NOT NULL,
            PRIMARY KEY (post, person, position)
        ) WITHOUT ROWID
        """,
        // Of anonymous polls: what each node counted; at position -1 the people. This node is ''.
        """
        CREATE TABLE poll_tally (
            post INTEGER NOT NULL, node TEXT NOT NULL, position INTEGER NOT NULL, votes INTEGER NOT NULL,
            PRIMARY KEY (post, node, position)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE survey (
            post INTEGER PRIMARY KEY, closes_at INTEGER NOT NULL, is_closed INTEGER NOT NULL,
            is_told INTEGER NOT NULL, is_own INTEGER NOT NULL
        )
        """,
        "CREATE INDEX survey_untold ON survey (closes_at) WHERE is_told = 0",
        """
        CREATE TABLE survey_question (
            post INTEGER NOT NULL, position INTEGER NOT NULL, kind INTEGER NOT NULL, text TEXT NOT NULL,
            choices TEXT NOT NULL, PRIMARY KEY (post, position)
        ) WITHOUT ROWID
        """,
        // What each node counted: this one is '', what may be shown is '='. At question -1 the people; at cell -1 those who
        // answered; -1 votes are hidden.
        """
        CREATE TABLE survey_tally (
            post INTEGER NOT NULL, node TEXT NOT NULL, question INTEGER NOT NULL, cell INTEGER NOT NULL,
            votes INTEGER NOT NULL, PRIMARY KEY (post, node, question, cell)
        ) WITHOUT ROWID
        """,
        // A mark is drawn by lot, so that the order of rows says nothing.
        """
        CREATE TABLE survey_text (
            post INTEGER NOT NULL, node TEXT NOT NULL, question INTEGER NOT NULL, mark INTEGER NOT NULL,
            text TEXT NOT NULL, PRIMARY KEY (post, node, question, mark)
        ) WITHOUT ROWID
        """,
        "ALTER TABLE activity ADD COLUMN is_passing INTEGER",
        "CREATE INDEX activity_passing ON activity (post, actor) WHERE is_passing = 1",
    ]
}
