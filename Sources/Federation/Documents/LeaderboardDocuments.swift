import ActivityStreams
public import Domain
import FoundationEssentials
public import JSON
import Social
import Storage

/// What nodes tell each other of their own people's points: whoever is not ranked is not in it.
public struct LeaderboardDocuments: Sendable {
    /// People of one node that are taken.
    private static let mostPeople = 5000
    /// More is believed of nobody.
    private static let mostPoints: Int64 = 1_000_000
    let world: World

    public init(world: World) { self.world = world }

    /// The points of this node's people, for another node of the organisation.
    public func standings(for viewer: Viewer) async throws -> JSONValue {
        guard case .node(_, true) = viewer else { throw Refusal.notFound("Record") }
        let needs = world.needs
        let people = try await needs.store.read { transaction in
            let standings = try RankPeople(needs: needs).standings(transaction)
                .sorted { ($1.total, $0.person) < ($0.total, $1.person) }.prefix(Self.mostPeople)
            return standings.map { standing -> JSONValue in
                [
                    "actor": .string(needs.addresses.actor(standing.person).string),
                    "month": JSONValue(standing.month), "total": JSONValue(standing.total),
                ]
            }
        }
        return [
            "node": .string(needs.addresses.authority),
            "month": .string(Recognition.month(of: needs.now())), "people": .array(people),
        ]
    }

    /// Asks each other node of the organisation; what one that does not answer said last stays.
    public func readAll() async throws {
        guard world.needs.ranksPeople else { return }
        let now = world.needs.now()
        let members = try await world.needs.store.read { try $0.members() }
        for member in members
        where member.isAdmitted(at: now) && member.authority != world.needs.addresses.authority {
            do { try await read(member.authority) } catch is ExchangeFault { continue }
        }
    }

    private func read(_ node: String) async throws {
        let scheme = world.needs.addresses.base.scheme
        guard let url = ObjectURI("\(scheme)://\(node)/standings") else { return }
        let json: JSONValue
        do {
            json = try await Fetch(world: world).json(
                url, accept: "application/json", limitBytes: Limits.fetchedBody)
        } catch ExchangeFault.answered(404) {
            // Nobody is ranked there, or not yet.
            return try await world.needs.store.write { try $0.saveStandings([], month: "", of: node) }
        }
        guard json["node"]?.string == node, let month = json["month"]?.string, month.utf8.count == 7,
            let list = json["people"]?.array
        else { throw ExchangeFault.unusable("standings") }
        let people = list.prefix(Self.mostPeople).compactMap { line -> (ObjectURI, Int, Int)? in
            guard let actor = line["actor"]?.string.flatMap({ ObjectURI($0) }), actor.authority == node,
                let month = line["month"]?.int, let total = line["total"]?.int,
                (0...total).contains(month), total <= Self.mostPoints
            else { return nil }
            return (actor, Int(month), Int(total))
        }
        try await world.needs.store.write {
            try $0.saveStandings(
                people.map { (person: $0.0, month: $0.1, total: $0.2) }, month: month, of: node)
        }
    }
}
