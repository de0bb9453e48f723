public import Domain
public import FoundationEssentials
public import JSON

/// The directory's word about one node (Spec/features/directory.md §2): short-lived, with room for subsidiaries.
public struct NodeStatement: Sendable, Equatable {
    /// Seconds for which a statement holds.
    public static let lifetime: Double = 86400

    public var member: Member
    /// The directory that speaks.
    public var issuer: ObjectURI

    /// What is to be signed.
    public static func document(for member: Member, issuer: ObjectURI, now: Date) -> JSONValue {
        [
            "type": "NodeStatement", "iss": .string(issuer.string), "sub": .string(member.application.origin),
            "iat": .string(now.ISO8601Format()),
            "exp": .string(now.addingTimeInterval(lifetime).ISO8601Format()),
            "application": .string(member.application.string), "key": .string(member.key),
            "name": .string(member.name), "entity": .string(member.entity),
            "ranges": .array(member.ranges.map { .string($0) }),
            "constraints": ["handleDomains": [.string(member.authority)]], "max_path": 1,
        ]
    }

    /// Reads a statement whose proof is the directory's. `key`: the directory's, as pinned. `issuer`: the
    /// directory that this node belongs to. Throws ``DirectoryFault`` (N108).
    public init(_ document: JSONValue, key: String, issuer: ObjectURI, now: Date) throws(DirectoryFault) {
        try Seal.check(document, by: key, now: now)
        guard document["type"]?.string == "NodeStatement", document["iss"]?.string == issuer.string else {
            throw .malformed("issuer")
        }
        guard let application = document["application"]?.string.flatMap({ ObjectURI($0) }),
            document["sub"]?.string == application.origin, let nodeKey = document["key"]?.string,
            let issued = document["iat"]?.string.flatMap({ try? Date($0, strategy: .iso8601) }),
            let expires = document["exp"]?.string.flatMap({ try? Date($0, strategy: .iso8601) })
        else { throw .malformed("statement") }
        guard expires > now, issued < now.addingTimeInterval(300) else { throw .expired }
        let domains = (document["constraints"]?["handleDomains"] ?? .null).list.compactMap(\.string)
        guard domains.contains(application.authority) else { throw .outsideConstraint(application.authority) }
        self.issuer = issuer
        member = Member(
            authority: application.authority, name: (document["name"]?.string ?? "").shortened(to: 100),
            application: application, entity: (document["entity"]?.string ?? "").shortened(to: 100),
            key: nodeKey,
            ranges: (document["ranges"] ?? .null).list.prefix(32).compactMap(\.string), expiresAt: expires,
            state: .admitted, document: document.bytes)
    }
}
