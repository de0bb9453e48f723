import Domain
import Foundation
import Social
import Storage
import Support

/// Gatherings over three offices: Ada of Oslo organises, others come.
protocol GatheringJourney: Journey {}

extension GatheringJourney {
    /// Carmen in Lima and Chidi in Pune follow Ada.
    func stage() async throws -> Offices {
        let stage = try await threeOffices()
        try await stage.followAda()
        return stage
    }

    func gathering(capacity: Int? = nil, days: Double = 3) -> Gathering {
        Gathering(
            title: "Summer party", startsAt: clock.now + days * 86400,
            endsAt: clock.now + days * 86400 + 7200, place: "Roof", call: "https://call.example/roof",
            capacity: capacity, offsetMinutes: 120)
    }

    func publish(_ gathering: Gathering, _ stage: Offices, audience: Audience = .anyone) async throws -> Post
    {
        var draft = Draft(text: "Come all!", audience: audience)
        draft.body = .gathering(gathering)
        let post = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await settle(stage.nodes)
        return post
    }

    func totals(_ post: Post, on node: TestNode) async throws -> [Int] {
        guard case .gathering(let gathering) = try await copy(post, on: node).body else { return [] }
        return [gathering.going, gathering.waiting]
    }

    func state(_ person: Actor, _ post: Post, on node: TestNode) async throws -> Attendance.State? {
        let id = try await copy(post, on: node).id
        return try await node.store.read { try $0.attendance(person.id, of: id)?.state }
    }

    @discardableResult
    func answer(_ answer: Gathering.Answer, _ post: Post, by person: Actor, on node: TestNode) async throws
        -> Attendance.State
    {
        let id = try await copy(post, on: node).id
        return try await Attend(needs: node.needs).answer(id, answer, by: person.id)
    }
}
