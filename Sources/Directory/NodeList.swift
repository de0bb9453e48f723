public import Domain
public import FoundationEssentials
public import JSON

/// All valid statements in one signed document: the allow-list, the address policy and the key pins (DESIGN §5).
public struct NodeList: Sendable {
    public var version: Int64
    public var statements: [NodeStatement]

    /// What is to be signed. `version`: rises with every change, so that an older list is known for what it
    /// is. `statements`: signed each by itself.
    public static func document(
        version: Int64, statements: [JSONValue], issuer: ObjectURI, now: Date
    ) -> JSONValue {
        [
            "type": "NodeList", "iss": .string(issuer.string), "version": .int(version),
            "iat": .string(now.ISO8601Format()),
            "exp": .string(now.addingTimeInterval(NodeStatement.lifetime).ISO8601Format()),
            "statements": .array(statements),
        ]
    }

    /// Reads a list whose proof is the directory's. `seen`: the version that was seen last; an older one is
    /// refused (N109). Throws ``DirectoryFault``.
    public init(
        _ document: JSONValue, key: String, issuer: ObjectURI, seen: Int64, now: Date
    ) throws(DirectoryFault) {
        try Seal.check(document, by: key, now: now)
        guard document["type"]?.string == "NodeList", document["iss"]?.string == issuer.string,
            let version = document["version"]?.int,
            let expires = document["exp"]?.string.flatMap({ try? Date($0, strategy: .iso8601) })
        else { throw .malformed("node list") }
        guard expires > now else { throw .expired }
        guard version >= seen else { throw .rollback("node list \(version) after \(seen)") }
        self.version = version
        var statements: [NodeStatement] = []
        for statement in (document["statements"] ?? .null).list.prefix(5000) {
            statements.append(try NodeStatement(statement, key: key, issuer: issuer, now: now))
        }
        self.statements = statements
    }
}
