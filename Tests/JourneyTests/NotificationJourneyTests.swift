import Domain
@testable import Federation
import Foundation
import Social
import Storage
import Support
import Testing

@Suite("Quiet by design")
struct NotificationJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    func group(_ name: String, by owner: Actor, on node: TestNode) async throws -> Actor {
        var wish = RunGroup.Wish()
        (wish.displayName, wish.kind) = (name, .open)
        return try await RunGroup(people: node.people).found(name, wish, by: owner.id)
    }

    func kinds(_ person: Actor, on node: TestNode) async throws -> [Domain.Notification.Kind] {
        try await node.store.read { try $0.notifications(of: person.id, Page(limit: 400)).map(\.kind) }
    }

    @Test("a day of 500 posts in 30 groups makes at most ten notifications for whoever chose nothing")
    func simulatedDay() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let names = ["ada", "boris", "carmen", "chidi", "divya", "elif"]
        var people: [Actor] = []
        for name in names { people.append(try await Cast.welcome(name, to: node)) }
        let (reader, others) = (people[0], Array(people.dropFirst()))
        var groups: [Actor] = []
        for number in 0..<30 {
            let group = try await group("team\(number)", by: others[number % others.count], on: node)
            for person in people where person.id != others[number % others.count].id {
                _ = try await GroupRoster(needs: node.needs).join(group.id, by: person.id)
            }
            groups.append(group)
        }
        try await settle([node])
        try await node.store.write { try $0.deleteNotifications(of: reader.id) }

        // Her own two threads are answered all day; in three more she is named again and again.
        var threads: [PostID] = []
        for (author, text) in [(reader, "Mine"), (reader, "Mine too")]
            + others.prefix(3).map({ ($0, "Hello @ada") })
        {
            var draft = Draft(text: text)
            draft.group = groups[0].id
            threads.append(try await node.publish.publish(draft, by: author.id).id)
        }
        for number in 0..<495 {
            clock.advance(60)
            var draft = Draft(text: "Post \(number)")
            draft.group = groups[number % groups.count].id
            if number % 10 == 0 {
                draft.replyTo = threads[number / 10 % threads.count]
                draft.text = "@ada what of \(number)?"
                draft.group = nil
            }
            _ = try await node.publish.publish(draft, by: others[number % others.count].id)
            if number % 25 == 0 {
                _ = try await LikePost(needs: node.needs).like(
                    threads[0], by: others[number / 25 % others.count].id)
            }

        }
        try await settle([node])
        let (all, groupsSeen) = try await node.store.read { transaction in
            (
                try transaction.notifications(of: reader.id, Page(limit: 400)).count,
                try transaction.notificationGroups(of: reader.id, Page(limit: 80)).count
            )
        }
        #expect(all > 50, "the day is busy: \(all)")
        #expect((1...10).contains(groupsSeen), "\(groupsSeen)")
    }

    @Test("of a group one is told what one chose, and of nothing else")
    func levels() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (ada, boris) = (
            try await Cast.welcome("ada", to: node), try await Cast.welcome("boris", to: node)
        )
        let carmen = try await Cast.welcome("carmen", to: node)
        let team = try await group("team", by: boris, on: node)
        let choose = ChooseNotifications(needs: node.needs)
        await #expect(throws: Refusal.self) { try await choose.choose(.all, in: team.id, by: ada.id) }
        for person in [ada, carmen] {
            _ = try await GroupRoster(needs: node.needs).join(team.id, by: person.id)
        }
        for (level, expected) in [
            (NotificationLevel.all, [Domain.Notification.Kind.groupPost, .groupPost, .mention]),
            (.highlights, [.groupPost, .mention]), (.mentions, [.mention]), (.nothing, []),
        ] {
            try await choose.choose(level, in: team.id, by: ada.id)
            try await settle([node])
            try await node.store.write { try $0.deleteNotifications(of: ada.id) }
            for (author, text) in [(boris, "From who looks after it"), (carmen, "From a member")] {
                var draft = Draft(text: text)
                draft.group = team.id
                let post = try await node.publish.publish(draft, by: author.id)
                guard author.id == carmen.id else { continue }
                _ = try await node.publish.publish(
                    Draft(text: "@ada and you?", replyTo: post.id), by: boris.id)
            }
            try await settle([node])
            let kinds = try await kinds(ada, on: node)
            #expect(kinds.sorted { $0.rawValue > $1.rawValue } == expected, "\(level)")
        }
    }
}
