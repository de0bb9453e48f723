import Domain
@testable import Federation
import Foundation
import Social
import Storage
import Support
import Testing

@Suite("Quiet by design")
struct NotificationJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    func group(_ name: String, by owner: Actor, on node: TestNode) async throws -> Actor {
        var wish = RunGroup.Wish()
        (wish.displayName, wish.kind) = (name, .open)
        return try await RunGroup(people: node.people).found(name, wish, by: owner.id)
    }

    /// The reader's node, and the one where everyone else and every group is: the same, or another.
    func homes(_ isElsewhere: Bool) async throws -> (mine: TestNode, theirs: TestNode) {
        let mine = try await TestNode(Cast.oslo, network: network, clock: clock)
        guard isElsewhere else { return (mine, mine) }
        let theirs = try await TestNode(Cast.lima, network: network, clock: clock)
        try await mine.admit(Cast.lima)
        try await theirs.admit(Cast.oslo)
        return (mine, theirs)
    }

    func join(_ group: Actor, _ person: Actor, on node: TestNode) async throws -> ActorID {
        let known = try #require(await node.findActor(group.uri)).id
        _ = try await GroupRoster(needs: node.needs).join(known, by: person.id)
        return known
    }

    @Test(
        "a day of 500 posts in 30 groups makes at most ten notifications for whoever chose nothing",
        arguments: [false, true])
    func simulatedDay(isElsewhere: Bool) async throws {
        let (mine, theirs) = try await homes(isElsewhere)
        let reader = try await Cast.welcome("ada", to: mine)
        var others: [Actor] = []
        for name in ["boris", "carmen", "chidi", "divya", "elif"] {
            others.append(try await Cast.welcome(name, to: theirs))
        }
        var groups: [Actor] = []
        var first: ActorID?
        for number in 0..<30 {
            let owner = others[number % others.count]
            let group = try await group("team\(number)", by: owner, on: theirs)
            for person in others where person.id != owner.id {
                _ = try await join(group, person, on: theirs)
            }
            let known = try await join(group, reader, on: mine)
            first = first ?? known
            groups.append(group)
        }
        try await settle([mine, theirs])
        try await mine.store.write { try $0.deleteNotifications(of: reader.id) }

        // Her own two threads are answered all day; in three more she is named again and again.
        var threads: [PostID] = []
        for text in ["Mine", "Mine too"] {
            var draft = Draft(text: text)
            draft.group = first
            let post = try await mine.publish.publish(draft, by: reader.id)
            try await settle([mine, theirs])
            threads.append(try await id(post, on: theirs))
        }
        let handle = isElsewhere ? "@ada@\(Cast.oslo)" : "@ada"
        for author in others.prefix(3) {
            var draft = Draft(text: "Hello \(handle)")
            draft.group = groups[0].id
            threads.append(try await theirs.publish.publish(draft, by: author.id).id)
        }
        for number in 0..<495 {
            clock.advance(60)
            var draft = Draft(text: "Post \(number)")
            draft.group = groups[number % groups.count].id
            if number % 10 == 0 {
                draft.replyTo = threads[number / 10 % threads.count]
                draft.text = "\(handle) what of \(number)?"
                draft.group = nil
            }
            _ = try await theirs.publish.publish(draft, by: others[number % others.count].id)
            if number % 25 == 0 {
                _ = try await LikePost(needs: theirs.needs).like(
                    threads[0], by: others[number / 25 % others.count].id)
            }
        }
        try await settle([mine, theirs])
        let (all, groupsSeen) = try await mine.store.read { transaction in
            (
                try transaction.notifications(of: reader.id, Page(limit: 400)).count,
                try transaction.notificationGroups(of: reader.id, Page(limit: 80)).count
            )
        }
        #expect(all > 50, "the day is busy: \(all)")
        #expect((1...10).contains(groupsSeen), "\(groupsSeen)")
        #expect(try await home(reader, on: mine).count == 40, "and all of it is there to be read")
    }

    @Test(
        "who wants to hear nothing of a group hears of no post in it, whatever happens to it; but of belonging to it",
        arguments: [false, true])
    func nothing(isElsewhere: Bool) async throws {
        let (mine, theirs) = try await homes(isElsewhere)
        let ada = try await Cast.welcome("ada", to: mine)
        let boris = try await Cast.welcome("boris", to: theirs)
        let team = try await group("team", by: boris, on: theirs)
        let known = try await join(team, ada, on: mine)
        try await settle([mine, theirs])
        let there = try #require(try await theirs.store.read { try $0.actorID(ada.uri) })
        let told: Set<Domain.Notification.Kind> = [.answer, .like, .recognition, .gatheringReminder]
        for (level, expected) in [(NotificationLevel.mentions, told), (.nothing, [])] {
            try await ChooseNotifications(needs: mine.needs).choose(level, in: known, by: ada.id)
            try await mine.store.write { try $0.deleteNotifications(of: ada.id) }
            var question = Draft(text: "I have looked everywhere.")
            (question.group, question.body) = (known, .question(Question(title: "Which loom?")))
            let asked = try await mine.publish.publish(question, by: ada.id)
            try await settle([mine, theirs])
            let id = try await id(asked, on: theirs)
            _ = try await LikePost(needs: theirs.needs).like(id, by: boris.id)
            _ = try await theirs.publish.publish(Draft(text: "The old one", replyTo: id), by: boris.id)
            for body: PostBody in [
                .recognition(Recognition(recipients: [there], value: "Courage")),
                .gathering(Gathering(title: "Loom party", startsAt: clock.now + 7200)),
            ] {
                var draft = Draft(text: "Well done")
                (draft.group, draft.body) = (team.id, body)
                let post = try await theirs.publish.publish(draft, by: boris.id)
                try await settle([mine, theirs])
                guard case .gathering = body else { continue }
                _ = try await Attend(needs: mine.needs).answer(
                    try await self.id(post, on: mine), .yes, by: ada.id)
            }
            try await settle([mine, theirs])
            clock.advance(3601)
            try await mine.remind()
            #expect(Set(try await kinds(ada, on: mine)) == expected, "\(level)")
        }
        for decision in [GroupDecision.remove, .invite] {
            try await GroupRoster(needs: theirs.needs).decide(
                decision, about: there, in: team.id, by: boris.id)
            try await settle([mine, theirs])
        }
        #expect(try await kinds(ada, on: mine) == [.groupInvited])
    }

    @Test("of a group one is told what one chose, and of nothing else", arguments: [false, true])
    func levels(isElsewhere: Bool) async throws {
        let (mine, theirs) = try await homes(isElsewhere)
        let ada = try await Cast.welcome("ada", to: mine)
        let boris = try await Cast.welcome("boris", to: theirs)
        let carmen = try await Cast.welcome("carmen", to: theirs)
        let team = try await group("team", by: boris, on: theirs)
        let known = try #require(await mine.findActor(team.uri)).id
        let choose = ChooseNotifications(needs: mine.needs)
        await #expect(throws: Refusal.self) { try await choose.choose(.all, in: known, by: ada.id) }
        _ = try await join(team, ada, on: mine)
        _ = try await join(team, carmen, on: theirs)
        let handle = isElsewhere ? "@ada@\(Cast.oslo)" : "@ada"
        for (level, expected) in [
            (NotificationLevel.all, [Domain.Notification.Kind.groupPost, .groupPost, .mention]),
            (.highlights, [.groupPost, .mention]), (.mentions, [.mention]), (.nothing, []),
        ] {
            try await settle([mine, theirs])
            try await choose.choose(level, in: known, by: ada.id)
            try await mine.store.write { try $0.deleteNotifications(of: ada.id) }
            for (author, text) in [(boris, "From who looks after it"), (carmen, "From a member")] {
                var draft = Draft(text: text)
                draft.group = team.id
                let post = try await theirs.publish.publish(draft, by: author.id)
                guard author.id == carmen.id else { continue }
                _ = try await theirs.publish.publish(
                    Draft(text: "\(handle) and you?", replyTo: post.id), by: boris.id)
            }
            try await settle([mine, theirs])
            let kinds = try await kinds(ada, on: mine)
            #expect(kinds.sorted { $0.rawValue > $1.rawValue } == expected, "\(level)")
        }
        guard isElsewhere else { return }
        // What a group tells of an author's part in it lets nobody in.
        try await mine.store.read { transaction in
            for (person, isVoice) in [(boris, true), (carmen, false)] {
                let id: ActorID = try #require(try transaction.actorID(person.uri))
                #expect(try transaction.isVoice(id, of: known) == isVoice)
                #expect(try transaction.membership(of: id, in: known) == nil)
            }
        }
    }
}
