import ActivityStreams
import Domain
public import JSON
import Social
import Storage

/// Answers who a handle is: of this node, and of the organisation as far as this node knows it (RFC 7033).
public struct WebFinger: Sendable {
    let world: World

    public init(world: World) { self.world = world }

    /// `resource`: `acct:…`, an actor's id, a page, or the node's own address (FEP-d556). Throws
    /// ``Refusal/notFound(_:)`` for anyone who is not known or not here any more.
    public func answer(_ resource: String) async throws -> JSONValue {
        let addresses = world.needs.addresses
        if let uri = ObjectURI(resource) {
            if uri.origin == addresses.base.origin, uri.pathAndQuery == "/" || uri == addresses.node {
                return try await node()
            }
            return try await actor { transaction in
                if let actor = try transaction.actor(uri) { return actor }
                guard addresses.isOwn(uri), uri.pathAndQuery.hasPrefix("/@") else { return nil }
                return try transaction.localActor(named: String(uri.pathAndQuery.dropFirst(2)))
            }
        }
        guard let handle = Handle(resource) else { throw Refusal.notFound("Resource") }
        if handle.host == addresses.authority {
            if handle.name.lowercased() == addresses.base.host { return try await node() }
            return try await actor { try $0.localActor(named: handle.name) }
        }
        return try await actor { try $0.actor(organisationHandle: handle) }
    }

    private func node() async throws -> JSONValue {
        let actor = try await world.nodeActor()
        return ResourceDescriptor(
            subject: "acct:\(actor.name)@\(world.needs.addresses.authority)", aliases: [actor.uri.string],
            actor: actor.uri.string
        ).json(isNode: true)
    }

    private func actor(_ find: @escaping @Sendable (Transaction) throws -> Actor?) async throws -> JSONValue {
        let found = try await world.needs.store.read { transaction -> Actor? in
            // Nobody says who asks here, and a secret group is not for everybody.
            try find(transaction).flatMap { try transaction.mayKnow($0.id, .nobody) ? $0 : nil }
        }
        guard let actor = found, actor.state == .active,
            actor.isLocal || actor.organisationHandle != nil
        else { throw Refusal.notFound("Resource") }
        let home = "\(actor.name)@\(actor.host ?? world.needs.addresses.authority)"
        var descriptor = ResourceDescriptor(
            subject: "acct:\(home)", aliases: [actor.url, actor.uri.string], actor: actor.uri.string,
            page: actor.url)
        if let organisation = actor.organisationHandle { descriptor.aliases.append("acct:\(organisation)") }
        return descriptor.json()
    }
}
