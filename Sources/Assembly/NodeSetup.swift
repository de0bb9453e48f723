import Domain
import Federation
import FoundationEssentials
import Social
import Storage

/// What a database needs before a node can run on it.
enum NodeSetup {
    /// Makes the node's own actor, and refuses a database that belongs to another address.
    static func prepare(_ needs: Needs, keys: NodeKeys, name: String) async throws {
        let addresses = needs.addresses
        let owner = try await needs.store.read { try $0.nodeState("base") }.map {
            String(decoding: $0, as: UTF8.self)
        }
        guard owner == nil || owner == addresses.base.origin else {
            throw SettingsFault(
                "this database belongs to \(owner ?? ""), but baseURL is \(addresses.base.origin): ids never change, so "
                    + "set baseURL back, or use another dataFolder")
        }
        let isThere = try await needs.store.read { try $0.actorID(addresses.node) != nil }
        guard owner == nil || !isThere else { return }
        let id: ActorID = needs.ids.next()
        let made = try keys.make(for: id, uri: addresses.node)
        let actor = Actor(
            id: id, uri: addresses.node, kind: .application, name: addresses.base.host, host: nil,
            displayName: name, endpoints: addresses.endpoints(of: addresses.node), url: addresses.base.origin,
            createdAt: needs.now()
        )
        try await needs.store.write { transaction in
            try transaction.setNodeState("base", to: Array(addresses.base.origin.utf8))
            guard try transaction.actorID(addresses.node) == nil else { return }
            try transaction.save(actor)
            for key in made { try transaction.save(key) }
        }
    }
}
