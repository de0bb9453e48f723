import ActivityStreams
public import Domain
public import JSON
import Social
import Storage

/// What a group holds, for the nodes of its members, and who is in it, for the node to which it moves.
extension Documents {
    /// Activities, and people, to a page.
    static let historyPage = 40
    static let rosterPage = 100

    /// What was written in a group, by its authors' own activities with their proofs, oldest first.
    public func history(of actor: Actor, for viewer: Viewer, after: String?) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        let group = try await world.needs.store.read { transaction -> ActorID in
            guard let group = try transaction.group(actor.id), let authority = viewer.authority,
                try group.kind == .open && viewer.isOfOrganisation
                    || transaction.countMembers(of: actor.id, on: authority) > 0
            else { throw Refusal.notFound("Record") }
            return try transaction.groupNow(actor.id)
        }
        let id = "\(actor.uri)/history"
        guard let after = after.map({ Int64($0) ?? .max }) else {
            return Collections.front(id: id, total: nil, first: "\(id)?after=0")
        }
        let page = try await world.needs.store.read {
            try $0.history(of: group, after: after, limit: Self.historyPage)
        }
        // Long texts make a short page: it is read within the limit of a document.
        var bytes = 0
        let shown = page.prefix { activity in
            defer { bytes += activity.json.count }
            return bytes < Limits.fetchedBody / 2
        }
        let isLast = page.count < Self.historyPage && shown.count == page.count
        return Collections.page(
            id: "\(id)?after=\(after)", of: id, items: try shown.map { try JSONParser.parse($0.json) },
            next: isLast ? nil : shown.last.map { "\(id)?after=\($0.id)" })
    }

    /// Everyone who stands to a group in any way, and what it pinned: for the node to which it was offered alone.
    public func roster(of actor: Actor, for viewer: Viewer, after: String?) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        let id = "\(actor.uri)/roster"
        let from = after.map { Int64($0) ?? .max }
        return try await world.needs.store.read { transaction in
            guard let move = try transaction.groupMove(from: actor.uri),
                [.offered, .done].contains(move.state),
                viewer.authority == move.target.authority
            else { throw Refusal.notFound("Record") }
            guard let from else {
                let pins = try transaction.pins(of: transaction.groupNow(actor.id))
                var front =
                    Collections.front(id: id, total: nil, first: "\(id)?after=0").object ?? JSONObject([])
                front["hallway:pinned"] = .array(pins.map { .string($0.string) })
                return .object(front)
            }
            let page = try transaction.memberships(in: actor.id, after: from, limit: Self.rosterPage)
            let people = Dictionary(try transaction.actors(page.map(\.person)).map { ($0.id, $0) }) { $1 }
            let items = page.compactMap { membership in
                people[membership.person].map { GroupWire.write(membership, of: $0) }
            }
            let next = page.count == Self.rosterPage ? page.last.map { "\(id)?after=\($0.person)" } : nil
            return Collections.page(id: "\(id)?after=\(from)", of: id, items: items, next: next)
        }
    }
}
