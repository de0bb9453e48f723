public import Domain

extension Transaction {
    /// Keeps how a person signs in.
    ///
    /// - Throws: ``StorageError/duplicate(_:)`` when the e-mail address is taken.
    public func save(_ login: Login) throws {
        try run(
            """
            INSERT INTO login (person, email, email_key, password_hash, is_administrator, default_audience, created_at,
                may_announce, language, quote_policy)
            VALUES (\(placeholders(10)))
            ON CONFLICT (person) DO UPDATE SET email = excluded.email, email_key = excluded.email_key,
                password_hash = excluded.password_hash, is_administrator = excluded.is_administrator,
                default_audience = excluded.default_audience, may_announce = excluded.may_announce,
                language = excluded.language, quote_policy = excluded.quote_policy
            """,
            [
                .id(login.person), .text(login.email), .text(login.email.lowercased()),
                .text(login.passwordHash),
                .bool(login.isAdministrator), login.defaultAudience.columns.0, .date(login.createdAt),
                .bool(login.mayAnnounce), .string(login.language), .number(login.quotePolicy.rawValue),
            ]
        )
    }

    public func login(of person: ActorID) throws -> Login? {
        try first("\(Self.loginQuery) WHERE person = $1", [.id(person)], Self.login)
    }

    /// By e-mail address or by name, whichever the person typed.
    public func login(named text: String) throws -> Login? {
        try first(
            """
            \(Self.loginQuery) WHERE email_key = $1
                OR person = (SELECT id FROM actor WHERE name_key = $1 AND host IS NULL)
            """,
            [.text(text.lowercased())], Self.login
        )
    }

    private static let loginQuery =
        """
        SELECT person, email, password_hash, is_administrator, default_audience, created_at, may_announce, language,
            quote_policy FROM login
        """

    private static func login(_ row: any SQLRow) -> Login {
        Login(
            person: row.id(0), email: row.text(1), passwordHash: row.text(2), isAdministrator: row.bool(3),
            defaultAudience: Audience(code: row.number(4)), createdAt: row.date(5),
            mayAnnounce: row.bool(6), language: row.optionalText(7),
            quotePolicy: QuotePolicy(rawValue: row.number(8)) ?? .nobody
        )
    }
}
