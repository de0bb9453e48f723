import Domain
import Federation
import Social
import Storage
import Support
import Testing

/// Thanks between three offices of one organisation (Spec/features/recognition.md).
protocol RecognitionJourney: Journey {}

/// Ada and Boris in Oslo, Carmen in Lima, Chidi in Pune.
struct RecognitionStage: OfficeStage {
    let offices: Offices
    var boris: Actor

    /// A person as a node knows them.
    func id(_ person: Actor, on node: TestNode) async throws -> ActorID {
        if let known = try await node.store.read({ try $0.actorID(person.uri) }) { return known }
        let found = try #require(await node.findActor(person.uri))
        return found.id
    }
}

extension RecognitionJourney {
    typealias Stage = RecognitionStage

    func thanksStage() async throws -> Stage {
        let offices = try await threeOffices()
        try await offices.admitAll(days: 400)
        return Stage(offices: offices, boris: try await Cast.welcome("boris", to: offices.oslo))
    }

    @discardableResult
    func thank(
        _ people: [Actor], by giver: Actor, on node: TestNode, _ stage: Stage, points: Int = 0,
        value: String = "Courage", text: String = "You saved the launch", audience: Audience = .organisation
    ) async throws -> Post {
        var draft = Draft(text: text, audience: audience)
        var recipients: [ActorID] = []
        for person in people { recipients.append(try await stage.id(person, on: node)) }
        draft.body = .recognition(Recognition(recipients: recipients, value: value, points: points))
        return try await node.publish.publish(draft, by: giver.id)
    }

    func wall(
        _ node: TestNode, for person: Actor, _ change: (inout RecognitionQuery) -> Void = { _ in }
    ) async throws -> [ObjectURI] {
        var query = RecognitionQuery()
        change(&query)
        return try await node.store.read { [query] in
            try $0.recognitions(query, for: .person(person.id), Page(limit: 40)).map(\.uri)
        }
    }

    /// Every pair of nodes has the same books.
    func differences(_ stage: Stage) async throws -> [String] {
        var found: [String] = []
        for node in stage.nodes {
            let lines = try await node.store.read { try $0.recognitionLedger() }
            for other in stage.nodes where other.authority != node.authority {
                let own =
                    lines.first { $0.node == other.authority } ?? RecognitionLedger(node: other.authority)
                let theirs = try #require(await RecognitionDocuments(world: node.world).ask(other.authority))
                if !own.agrees(with: theirs) { found.append("\(node.authority) \(own) \(theirs)") }
            }
        }
        return found
    }
}
