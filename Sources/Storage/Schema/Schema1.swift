/// The first schema. Moments are milliseconds since 1970, truth is 0 or 1, ids are those of `Domain/ID`.
enum Schema1 {
    static let statements = people + posts + relations + travel + access + directory

    private static let people = [
        "CREATE TABLE node_state (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
        """
        CREATE TABLE actor (
            id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL, name TEXT NOT NULL,
            name_key TEXT NOT NULL, host TEXT, display_name TEXT NOT NULL, summary TEXT NOT NULL,
            is_locked INTEGER NOT NULL, is_bot INTEGER NOT NULL, is_discoverable INTEGER NOT NULL,
            is_indexable INTEGER NOT NULL, state INTEGER NOT NULL, inbox TEXT NOT NULL, shared_inbox TEXT,
            outbox TEXT, followers TEXT, following TEXT, featured TEXT, url TEXT NOT NULL, avatar TEXT, header TEXT,
            also_known_as TEXT NOT NULL, moved_to TEXT, title TEXT NOT NULL, department TEXT NOT NULL,
            office TEXT NOT NULL, skills TEXT NOT NULL, organisation_handle TEXT, created_at INTEGER NOT NULL,
            fetched_at INTEGER, post_count INTEGER NOT NULL DEFAULT 0, follower_count INTEGER NOT NULL DEFAULT 0,
            following_count INTEGER NOT NULL DEFAULT 0, last_post_at INTEGER
        )
        """,
        "CREATE UNIQUE INDEX actor_local_name ON actor (name_key) WHERE host IS NULL",
        "CREATE INDEX actor_handle ON actor (name_key, host)",
        "CREATE INDEX actor_organisation_handle ON actor (organisation_handle) WHERE organisation_handle IS NOT NULL",
        """
        CREATE TABLE actor_field (
            actor INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (actor, position)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE actor_contact (
            actor INTEGER NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
            reach TEXT NOT NULL, PRIMARY KEY (actor, position)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE actor_key (
            id TEXT PRIMARY KEY, actor INTEGER NOT NULL, kind INTEGER NOT NULL, public_key BLOB NOT NULL,
            sealed_private_key BLOB, retired_at INTEGER
        )
        """,
        "CREATE INDEX actor_key_actor ON actor_key (actor)",
        "CREATE VIRTUAL TABLE actor_search USING fts5 (words, tokenize = 'unicode61 remove_diacritics 2')",
    ]

    private static let posts = [
        """
        CREATE TABLE post (
            id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, author INTEGER NOT NULL, body INTEGER NOT NULL,
            title TEXT, announced INTEGER, content TEXT NOT NULL, source TEXT, summary TEXT NOT NULL,
            is_sensitive INTEGER NOT NULL, language TEXT, audience INTEGER NOT NULL, audience_actor INTEGER,
            audience_unit TEXT, reply_uri TEXT, reply_post INTEGER, reply_author INTEGER, thread INTEGER NOT NULL,
            context TEXT, url TEXT NOT NULL, created_at INTEGER NOT NULL, edited_at INTEGER, deleted_at INTEGER,
            reply_count INTEGER NOT NULL DEFAULT 0, like_count INTEGER NOT NULL DEFAULT 0,
            announce_count INTEGER NOT NULL DEFAULT 0, is_local INTEGER NOT NULL, is_pinned INTEGER NOT NULL DEFAULT 0,
            is_quiet INTEGER NOT NULL DEFAULT 0
        )
        """,
        "CREATE INDEX post_author ON post (author, id)",
        "CREATE INDEX post_thread ON post (thread, id)",
        "CREATE INDEX post_reply ON post (reply_post, id) WHERE reply_post IS NOT NULL",
        "CREATE INDEX post_reply_uri ON post (reply_uri) WHERE reply_uri IS NOT NULL AND reply_post IS NULL",
        "CREATE UNIQUE INDEX post_announced ON post (announced, author) WHERE announced IS NOT NULL AND deleted_at IS NULL",
        """
        CREATE INDEX post_everyone ON post (id)
        WHERE audience >= 4 AND announced IS NULL AND deleted_at IS NULL
        """,
        "CREATE TABLE recipient (post INTEGER NOT NULL, actor INTEGER NOT NULL, PRIMARY KEY (post, actor)) WITHOUT ROWID",
        """
        CREATE TABLE mention (
            post INTEGER NOT NULL, position INTEGER NOT NULL, actor INTEGER NOT NULL, uri TEXT NOT NULL,
            handle TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (post, position)
        ) WITHOUT ROWID
        """,
        "CREATE TABLE hashtag (tag TEXT NOT NULL, post INTEGER NOT NULL, PRIMARY KEY (tag, post)) WITHOUT ROWID",
        "CREATE INDEX hashtag_post ON hashtag (post)",
        """
        CREATE TABLE attachment (
            post INTEGER NOT NULL, position INTEGER NOT NULL, url TEXT NOT NULL, media_type TEXT NOT NULL,
            name TEXT NOT NULL, width INTEGER, height INTEGER, blurhash TEXT, PRIMARY KEY (post, position)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE edition (
            post INTEGER NOT NULL, at INTEGER NOT NULL, content TEXT NOT NULL, summary TEXT NOT NULL,
            is_sensitive INTEGER NOT NULL, PRIMARY KEY (post, at)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE home (
            person INTEGER NOT NULL, entry INTEGER NOT NULL, shown INTEGER NOT NULL, PRIMARY KEY (person, entry)
        ) WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX home_shown ON home (person, shown)",
        "CREATE INDEX home_entry ON home (entry)",
        "CREATE VIRTUAL TABLE post_search USING fts5 (words, tokenize = 'unicode61 remove_diacritics 2')",
        "CREATE TABLE idempotency (person INTEGER NOT NULL, word TEXT NOT NULL, post INTEGER NOT NULL, PRIMARY KEY (person, word))",
    ]

    private static let relations = [
        """
        CREATE TABLE follow (
            follower INTEGER NOT NULL, followee INTEGER NOT NULL, state INTEGER NOT NULL, uri TEXT NOT NULL,
            created_at INTEGER NOT NULL, shows_announces INTEGER NOT NULL, notifies INTEGER NOT NULL,
            PRIMARY KEY (follower, followee)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX follow_followee ON follow (followee, state, follower)",
        "CREATE INDEX follow_uri ON follow (uri)",
        """
        CREATE TABLE block (
            actor INTEGER NOT NULL, target INTEGER NOT NULL, uri TEXT NOT NULL, created_at INTEGER NOT NULL,
            PRIMARY KEY (actor, target)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX block_target ON block (target, actor)",
        """
        CREATE TABLE mute (
            actor INTEGER NOT NULL, target INTEGER NOT NULL, notifications INTEGER NOT NULL, until INTEGER,
            created_at INTEGER NOT NULL, PRIMARY KEY (actor, target)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE liking (
            post INTEGER NOT NULL, actor INTEGER NOT NULL, uri TEXT NOT NULL, content TEXT,
            created_at INTEGER NOT NULL, PRIMARY KEY (post, actor)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX liking_actor ON liking (actor, post)",
        "CREATE UNIQUE INDEX liking_uri ON liking (uri)",
        "CREATE TABLE bookmark (actor INTEGER NOT NULL, post INTEGER NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (actor, post)) WITHOUT ROWID",
        """
        CREATE TABLE notification (
            id INTEGER PRIMARY KEY, person INTEGER NOT NULL, kind INTEGER NOT NULL, actor INTEGER NOT NULL,
            post INTEGER, created_at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX notification_person ON notification (person, id)",
        "CREATE UNIQUE INDEX notification_once ON notification (person, kind, actor, COALESCE(post, 0))",
        "CREATE TABLE marker (person INTEGER NOT NULL, timeline TEXT NOT NULL, last_read TEXT NOT NULL, version INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (person, timeline))",
        """
        CREATE TABLE report (
            id INTEGER PRIMARY KEY, reporter INTEGER NOT NULL, target INTEGER NOT NULL, posts TEXT NOT NULL,
            comment TEXT NOT NULL, is_forwarded INTEGER NOT NULL, created_at INTEGER NOT NULL
        )
        """,
    ]

    private static let travel = [
        """
        CREATE TABLE event (
            position INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, subject INTEGER, other INTEGER,
            uri TEXT, note TEXT
        )
        """,
        "CREATE TABLE cursor (name TEXT PRIMARY KEY, position INTEGER NOT NULL)",
        """
        CREATE TABLE inbox (
            id INTEGER PRIMARY KEY, signer INTEGER NOT NULL, body BLOB NOT NULL, attempts INTEGER NOT NULL,
            next_at INTEGER NOT NULL, received_at INTEGER NOT NULL, fault TEXT
        )
        """,
        "CREATE INDEX inbox_due ON inbox (next_at, id) WHERE fault IS NULL",
        "CREATE TABLE seen_activity (uri TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE INDEX seen_activity_at ON seen_activity (at)",
        "CREATE TABLE unknown_activity (type TEXT PRIMARY KEY, count INTEGER NOT NULL)",
        """
        CREATE TABLE activity (
            id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, actor INTEGER NOT NULL, post INTEGER,
            json BLOB NOT NULL, is_listed INTEGER NOT NULL, created_at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX activity_outbox ON activity (actor, id) WHERE is_listed = 1",
        """
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY, activity INTEGER NOT NULL, actor INTEGER NOT NULL, inbox TEXT NOT NULL,
            host TEXT NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL,
            answer TEXT, settled_at INTEGER
        )
        """,
        "CREATE INDEX delivery_lane ON delivery (host, id) WHERE state = 0",
        "CREATE INDEX delivery_activity ON delivery (activity)",
        "CREATE TABLE retired_inbox (inbox TEXT PRIMARY KEY, at INTEGER NOT NULL)",
    ]

    private static let access = [
        """
        CREATE TABLE login (
            person INTEGER PRIMARY KEY, email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE,
            password_hash TEXT NOT NULL, is_administrator INTEGER NOT NULL, default_audience INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE application (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, website TEXT, client_id TEXT NOT NULL UNIQUE,
            secret_hash BLOB NOT NULL, redirect_uris TEXT NOT NULL, scopes TEXT NOT NULL, created_at INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE authorisation_code (
            hash BLOB PRIMARY KEY, application INTEGER NOT NULL, person INTEGER NOT NULL, redirect_uri TEXT NOT NULL,
            scopes TEXT NOT NULL, challenge TEXT, expires_at INTEGER NOT NULL, token_hash BLOB
        )
        """,
        """
        CREATE TABLE token (
            hash BLOB PRIMARY KEY, person INTEGER, application INTEGER, scopes TEXT NOT NULL,
            created_at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX token_person ON token (person)",
    ]

    private static let directory = [
        """
        CREATE TABLE member (
            authority TEXT PRIMARY KEY, name TEXT NOT NULL, application TEXT NOT NULL, entity TEXT NOT NULL,
            key TEXT NOT NULL, ranges TEXT NOT NULL, expires_at INTEGER NOT NULL, state INTEGER NOT NULL,
            document BLOB NOT NULL
        )
        """,
        "CREATE TABLE invitation (hash BLOB PRIMARY KEY, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_by TEXT)",
        "CREATE TABLE register_entry (log TEXT NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, document BLOB NOT NULL, PRIMARY KEY (log, position)) WITHOUT ROWID",
        """
        CREATE TABLE register_handle (
            handle TEXT PRIMARY KEY, actor TEXT NOT NULL UNIQUE, node TEXT NOT NULL, has_left INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        )
        """,
    ]
}
