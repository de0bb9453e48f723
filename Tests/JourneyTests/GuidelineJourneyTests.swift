import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Ada writes in Oslo, which has guidelines; Carmen in Lima and Chidi in Pune, which have none, read.
@Suite("Guidelines are accepted before one writes")
struct GuidelineJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage: OfficeStage {
        let offices: Offices
        var guidelines: AcceptGuideline { AcceptGuideline(needs: offices.oslo.needs) }
    }

    /// Carmen and Chidi follow Ada.
    func stage() async throws -> Stage {
        let offices = try await threeOffices()
        try await offices.followAda()
        return Stage(offices: offices)
    }

    static func body(_ body: PostBody?, title: String? = nil, replyTo: PostID? = nil) -> Draft {
        var draft = Draft(text: "Words", title: title, audience: .anyone, replyTo: replyTo)
        draft.body = body
        return draft
    }

    /// Expects the refusal that names the page.
    func expectRefused(_ word: String, _ act: () async throws -> Void) async {
        do {
            try await act()
            Issue.record("\(word) was not refused")
        } catch Refusal.notAllowed(let reason) {
            #expect(reason.hasSuffix("https://\(Cast.oslo)/guidelines"), "\(word): \(reason)")
        } catch {
            Issue.record("\(word): \(error)")
        }
    }

    @Test("where there are none, everybody writes as before")
    func none() async throws {
        let stage = try await stage()
        try await stage.oslo.post("Free", by: stage.ada, for: .anyone)
        try await settle(stage.nodes)
        #expect(try await texts(of: stage.carmen, on: stage.lima) == ["<p>Free</p>"])
        await #expect(throws: Refusal.notFound("Record")) {
            _ = try await stage.guidelines.accept(1, by: stage.ada.id)
        }
    }

    @Test(
        "whatever publishes words is refused before, leaves nothing anywhere, and goes on after",
        arguments: [false, true])
    func gate(restarts: Bool) async throws {
        let stage = try await stage()
        func settleAll() async throws { try await settle(stage.nodes) { if restarts { $0.restart() } } }
        let (oslo, ada) = (stage.oslo, stage.ada.id)
        let before = try await oslo.publish.publish(Draft(text: "Before", audience: .anyone), by: ada)
        let event = try await oslo.publish.publish(
            Self.body(.gathering(Gathering(title: "Lunch", startsAt: clock.now + 86400))), by: ada)
        try await oslo.people.permitAnnouncements(true, to: ada)
        var announcement = Self.body(.announcement(Announcement(title: "Old news")))
        announcement.audience = .organisation
        let news = try await oslo.publish.publish(announcement, by: ada)
        try await settleAll()
        let seen = try await texts(of: stage.carmen, on: stage.lima)
        let version = try await stage.guidelines.publish("- Be kind", change: "", isRequired: true)
        #expect(version.version == 1 && version.content == "<p>- Be kind</p>")
        let count = try await oslo.store.read { try $0.countPosts(localOnly: true) }

        let bodies: [(String, PostBody?)] = [
            ("a post", nil), ("a question", .question(Question(title: "Why?"))),
            ("an announcement", .announcement(Announcement(title: "News"))),
            ("an event", .gathering(Gathering(title: "Tea", startsAt: clock.now + 86400))),
            (
                "a poll",
                .poll(Poll(options: [Poll.Option("a"), Poll.Option("b")], closesAt: clock.now + 3600))
            ),
            ("thanks", .recognition(Recognition(recipients: [stage.carmen.id], value: "Care"))),
        ]
        for (word, body) in bodies {
            await expectRefused(word) { _ = try await oslo.publish.publish(Self.body(body), by: ada) }
        }
        await expectRefused("an article") {
            _ = try await oslo.publish.publish(Self.body(nil, title: "T"), by: ada)
        }
        await expectRefused("a reply") {
            _ = try await oslo.publish.publish(Self.body(nil, replyTo: before.id), by: ada)
        }
        await expectRefused("an edit") {
            _ = try await oslo.edit.edit(before.id, to: Draft(text: "After"), by: ada)
        }
        await expectRefused("a share") { _ = try await PassOn(needs: oslo.needs).passOn(before.id, by: ada) }
        await expectRefused("another time") {
            _ = try await Organise(needs: oslo.needs).change(
                event.id, to: Gathering(title: "Late lunch", startsAt: clock.now + 90000), by: ada)
        }
        await expectRefused("an announcement's other words") {
            var wish = ReviseAnnouncement.Wish()
            wish.text = "Other words"
            _ = try await ReviseAnnouncement(needs: oslo.needs, find: oslo.find)
                .revise(news.id, wish, by: ada)
        }
        await expectRefused("a group") {
            _ = try await RunGroup(people: oslo.people).found("team", RunGroup.Wish(), by: ada)
        }
        await expectRefused("a biography") {
            var changes = People.Changes()
            changes.note = "Me"
            _ = try await oslo.people.change(ada, changes)
        }
        try await settleAll()
        #expect(try await oslo.store.read { try $0.countPosts(localOnly: true) } == count)
        #expect(try await oslo.store.read { try $0.post(before.id)?.content } == "<p>Before</p>")
        #expect(try await oslo.store.read { try $0.post(news.id)?.content } == "<p>Words</p>")
        #expect(try await texts(of: stage.carmen, on: stage.lima) == seen)
        #expect(try await texts(of: stage.chidi, on: stage.pune) == seen)

        // What says nothing goes on: reading, liking, choosing one's language.
        _ = try await LikePost(needs: oslo.needs).like(before.id, by: ada)
        var changes = People.Changes()
        changes.language = "nb"
        _ = try await oslo.people.change(ada, changes)

        _ = try await stage.guidelines.accept(1, by: ada)
        _ = try await oslo.publish.publish(Draft(text: "After", audience: .anyone), by: ada)
        try await settleAll()
        #expect(try await texts(of: stage.carmen, on: stage.lima).first == "<p>After</p>")
        #expect(try await texts(of: stage.chidi, on: stage.pune).first == "<p>After</p>")
    }

    @Test("each change asks again, unless it is optional; who accepted what, and when, is kept")
    func changes() async throws {
        let stage = try await stage()
        let (oslo, ada) = (stage.oslo, stage.ada.id)
        func write() async throws { _ = try await oslo.publish.publish(Draft(text: "x"), by: ada) }
        _ = try await stage.guidelines.publish("One", change: "", isRequired: true)
        let first = try await stage.guidelines.accept(1, by: ada)
        #expect(first == Guideline.Acceptance(person: ada, version: 1, at: clock.now))
        try await write()
        clock.advance(60)
        #expect(try await stage.guidelines.accept(1, by: ada) == first)
        // The same text again is no change.
        #expect(try await stage.guidelines.publish("One", change: "?", isRequired: true).version == 1)
        #expect(try await stage.guidelines.publish("One.", change: "A stop", isRequired: false).version == 2)
        try await write()
        #expect(try await stage.guidelines.publish("Three", change: "All", isRequired: true).version == 3)
        await expectRefused("a post") { try await write() }
        // Nobody accepts what they were not shown.
        for version in [1, 2, 4] {
            await #expect(throws: Refusal.self) { _ = try await stage.guidelines.accept(version, by: ada) }
        }
        await expectRefused("a post") { try await write() }
        _ = try await stage.guidelines.accept(3, by: ada)
        try await write()
        for text in ["", " ", String(repeating: "x", count: 50_001)] {
            await #expect(throws: Refusal.self) {
                _ = try await stage.guidelines.publish(text, change: "", isRequired: true)
            }
        }
        #expect(try await oslo.store.read { try $0.guidelines().map(\.version) } == [3, 2, 1])
    }

    @Test("what was to be published meanwhile becomes a draft again, and is not lost")
    func scheduled() async throws {
        let stage = try await stage()
        let (oslo, ada) = (stage.oslo, stage.ada.id)
        let verb = KeepDraft(needs: oslo.needs, publish: oslo.publish)
        var draft = KeptDraft(
            id: oslo.needs.ids.next(), person: ada, text: "At ten", dueAt: clock.now + 600,
            createdAt: clock.now)
        draft.audience = .anyone
        let kept = try await verb.keep(draft)
        _ = try await stage.guidelines.publish("One", change: "", isRequired: true)
        clock.advance(600)
        try await verb.publishDue()
        try await settle(stage.nodes)
        #expect(try await texts(of: stage.carmen, on: stage.lima).isEmpty)
        let left = try #require(try await oslo.store.read { try $0.draft(kept.id, of: ada) })
        #expect(left.text == "At ten" && left.dueAt == nil)
        var later = left
        later.dueAt = clock.now + 600
        let another = later
        await expectRefused("a moment") { _ = try await verb.keep(another) }
        _ = try await stage.guidelines.accept(1, by: ada)
        _ = try await verb.publish(kept.id, by: ada)
        try await settle(stage.nodes)
        #expect(try await texts(of: stage.carmen, on: stage.lima) == ["<p>At ten</p>"])
    }

    @Test("what people of other nodes write arrives: they answer to their own node")
    func elsewhere() async throws {
        let stage = try await stage()
        _ = try await stage.guidelines.publish("One", change: "", isRequired: true)
        try await stage.oslo.follow("carmen@\(Cast.lima)", by: stage.ada)
        try await settle(stage.nodes)
        try await stage.lima.post("Hi", by: stage.carmen, for: .anyone)
        try await settle(stage.nodes)
        #expect(try await texts(of: stage.ada, on: stage.oslo) == ["<p>Hi</p>"])
    }
}
