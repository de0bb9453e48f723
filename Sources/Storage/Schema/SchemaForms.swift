/// The schema is written once, as SQLite takes it; here is what another engine makes of it.
extension Dialect {
    /// A statement of the schema in the form of this engine.
    func forms(of statement: String) -> [String] {
        switch self {
        case .sqlite: return [statement]
        case .postgres:
            guard !statement.hasPrefix("CREATE VIRTUAL TABLE") else { return Self.words(statement) }
            // Text is ordered by its bytes, as in SQLite, whatever language the server speaks.
            let forms = [
                ("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
                (" INTEGER", " BIGINT"), (" BLOB", " BYTEA"), (" TEXT", " TEXT COLLATE \"C\""),
                (" WITHOUT ROWID", ""),
            ]
            return [forms.reduce(statement) { $0.replacing($1.0, with: $1.1) }]
        }
    }

    /// Asks for the names of whatever holds rows in a file or schema, but for what is the engine's or an extension's.
    var tables: String {
        switch self {
        case .sqlite:
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        case .postgres:
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND NOT EXISTS (
                    SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            """
        }
    }

    /// What must be there before the first schema.
    var foundation: [String] {
        switch self {
        case .sqlite: []
        case .postgres: Self.foundation
        }
    }

    /// In place of a table for full-text search: the words of each row, and an index over them.
    private static func words(_ statement: String) -> [String] {
        let name = statement.dropFirst("CREATE VIRTUAL TABLE ".count).prefix { $0 != " " }
        return [
            "CREATE TABLE \(name) (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
            "CREATE INDEX \(name)_words ON \(name) USING gin (words)",
        ]
    }

    /// Two functions for search. `unaccent` is one extension for the whole database, in whichever schema it was put;
    /// of one letter it may make several characters, so what is no part of a word is taken out after it.
    private static let foundation = [
        "SELECT pg_advisory_xact_lock(hashtextextended('hallway unaccent', 0))",
        "CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public",
        #"""
        DO $do$ BEGIN EXECUTE format($make$
            CREATE FUNCTION plain_words(typed TEXT) RETURNS TEXT LANGUAGE SQL STABLE STRICT PARALLEL SAFE AS $body$
                SELECT regexp_replace(
                    %I.unaccent(normalize(typed)),
                    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f]+', ' ', 'g')
            $body$ $make$,
            (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                WHERE e.extname = 'unaccent'));
        END $do$
        """#,
        """
        CREATE FUNCTION prefix_query(typed TEXT) RETURNS TSQUERY LANGUAGE SQL STABLE STRICT PARALLEL SAFE AS $body$
            SELECT to_tsquery('simple', COALESCE(string_agg(word || ':*', ' & '), ''))
            FROM regexp_split_to_table(plain_words(typed), ' +') AS word WHERE word <> ''
        $body$
        """,
    ]
}
