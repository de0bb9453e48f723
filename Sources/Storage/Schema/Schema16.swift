/// Who is not ranked, here and elsewhere; what other nodes count and say of their own people.
enum Schema16 {
    static let statements = [
        "CREATE TABLE unranked (actor INTEGER PRIMARY KEY)",
        "CREATE TABLE standing (actor INTEGER PRIMARY KEY, month TEXT NOT NULL, month_points INTEGER NOT NULL, total INTEGER NOT NULL)",
        "CREATE TABLE badge (actor INTEGER NOT NULL, word TEXT NOT NULL, PRIMARY KEY (actor, word)) WITHOUT ROWID",
        "CREATE INDEX actor_department ON actor (department) WHERE kind = 0",
        "CREATE INDEX actor_office ON actor (office) WHERE kind = 0",
    ]
}
