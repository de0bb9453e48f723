public import Domain
public import FoundationEssentials

extension Transaction {
    public func insert(_ application: ClientApplication) throws {
        try run(
            """
            INSERT INTO application (id, name, website, client_id, secret_hash, redirect_uris, scopes, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .id(application.id), .text(application.name), .string(application.website),
                .text(application.clientID), .blob(application.secretHash),
                .text(application.redirectURIs.joined(separator: "\n")), .text(application.scopes.text),
                .date(application.createdAt),
            ]
        )
    }

    public func application(clientID: String) throws -> ClientApplication? {
        try first("\(Self.applicationQuery) WHERE client_id = $1", [.text(clientID)], Self.application)
    }

    public func application(_ id: ApplicationID) throws -> ClientApplication? {
        try first("\(Self.applicationQuery) WHERE id = $1", [.id(id)], Self.application)
    }

    /// `hash`: SHA-256 of the code; the code itself is never stored.
    public func insert(_ code: AuthorisationCode, hash: [UInt8]) throws {
        try run(
            """
            INSERT INTO authorisation_code
                (hash, application, person, redirect_uri, scopes, challenge, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .blob(hash), .id(code.application), .id(code.person), .text(code.redirectURI),
                .text(code.scopes.text), .string(code.challenge), .date(code.expiresAt),
            ]
        )
    }

    /// A code and, when it was used before, the hash of the token that it gave.
    public func authorisationCode(hash: [UInt8]) throws -> (code: AuthorisationCode, token: [UInt8]?)? {
        try first(
            """
            SELECT application, person, redirect_uri, scopes, challenge, expires_at, token_hash
            FROM authorisation_code WHERE hash = $1
            """,
            [.blob(hash)]
        ) { row in
            (
                AuthorisationCode(
                    application: row.id(0), person: row.id(1), redirectURI: row.text(2),
                    scopes: Scopes(row.text(3)),
                    challenge: row.optionalText(4), expiresAt: row.date(5)
                ), row.optionalBytes(6)
            )
        }
    }

    /// Marks a code as used, so that a second use can take back what the first gave (N102).
    public func spendCode(hash: [UInt8], token: [UInt8]) throws {
        try run("UPDATE authorisation_code SET token_hash = $2 WHERE hash = $1", [.blob(hash), .blob(token)])
    }

    public func forgetCodes(before date: Date) throws {
        try run("DELETE FROM authorisation_code WHERE expires_at < $1", [.date(date)])
    }

    /// `hash`: SHA-256 of the token; the token itself is never stored.
    public func insert(_ token: Token, hash: [UInt8]) throws {
        try run(
            "INSERT INTO token (hash, person, application, scopes, created_at) VALUES ($1, $2, $3, $4, $5)",
            [
                .blob(hash), .id(token.person), .id(token.application), .text(token.scopes.text),
                .date(token.createdAt),
            ]
        )
    }

    /// A token that is in force: its person, if it has one, is neither suspended nor gone (N99).
    public func token(hash: [UInt8]) throws -> Token? {
        try first(
            """
            SELECT t.person, t.application, t.scopes, t.created_at FROM token t LEFT JOIN actor a ON a.id = t.person
            WHERE t.hash = $1 AND (t.person IS NULL OR a.state = 0)
            """,
            [.blob(hash)]
        ) { row in
            Token(
                person: row.optionalID(0), application: row.optionalID(1), scopes: Scopes(row.text(2)),
                createdAt: row.date(3)
            )
        }
    }

    public func deleteToken(hash: [UInt8]) throws {
        try run("DELETE FROM token WHERE hash = $1", [.blob(hash)])
    }

    /// Ends every session and token of a person.
    public func deleteTokens(of person: ActorID) throws {
        try run("DELETE FROM token WHERE person = $1", [.id(person)])
    }

    private static let applicationQuery =
        "SELECT id, name, website, client_id, secret_hash, redirect_uris, scopes, created_at FROM application"

    private static func application(_ row: any SQLRow) -> ClientApplication {
        ClientApplication(
            id: row.id(0), name: row.text(1), website: row.optionalText(2), clientID: row.text(3),
            secretHash: row.bytes(4), redirectURIs: row.text(5).split(separator: "\n").map(String.init),
            scopes: Scopes(row.text(6)), createdAt: row.date(7)
        )
    }
}
