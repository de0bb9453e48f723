import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Logging
import Social
@testable import Storage
import Support
import Testing

/// Announcements in several languages, and dates that move, over three offices.
@Suite("Announcements in several languages")
struct AnnouncementLanguageTests: AnnouncementJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    func variant(_ language: String, _ title: String, _ text: String, _ node: TestNode)
        -> Announcement.Variant
    {
        Announcement.Variant(language: language, title: title, text: text, addresses: node.needs.addresses)
    }

    /// In English, Spanish and Hindi.
    func draft(_ stage: Offices, days: Double? = 3) -> Draft {
        var draft = self.draft(days: days)
        draft.language = "en"
        guard case .announcement(var announcement)? = draft.body else { return draft }
        announcement.variants = [
            variant("es", "Nuevas reglas", "Por favor, leedlas.", stage.oslo),
            variant("hi", "नए नियम", "कृपया पढ़ें।", stage.oslo),
        ]
        draft.body = .announcement(announcement)
        return draft
    }

    func speak(_ language: String, _ person: Actor, on node: TestNode) async throws {
        var changes = People.Changes()
        changes.language = language
        _ = try await node.people.change(person.id, changes)
    }

    /// The announcement on a node, with its words by language: the first one under "".
    func words(_ post: Post, on node: TestNode) async throws -> [String: String] {
        let known = try await copy(post, on: node)
        guard case .announcement(let announcement) = known.body else { return [:] }
        return Dictionary(
            [("", "\(announcement.title) \(known.content)")]
                + announcement.variants.map { ($0.language, "\($0.title) \($0.content)") }
        ) { $1 }
    }

    @Test("an announcement comes to every office in all its languages, and edits of one come after it")
    func travels() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(stage), by: stage.ada.id)
        try await settle(stage.nodes)
        let first = try await words(post, on: stage.oslo)
        #expect(first["es"] == "Nuevas reglas <p>Por favor, leedlas.</p>" && first.count == 3)
        for node in [stage.lima, stage.pune] {
            #expect(try await words(post, on: node) == first, "\(node.authority)")
            #expect(try await copy(post, on: node).language == "en")
        }
        clock.advance(60)
        let revise = ReviseAnnouncement(needs: stage.oslo.needs, find: stage.oslo.find)
        var wish = ReviseAnnouncement.Wish()
        wish.variants = [
            variant("es", "Reglas nuevas", "Ya.", stage.oslo), variant("de", "Neu", "Neu.", stage.oslo),
        ]
        _ = try await revise.revise(post.id, wish, by: stage.ada.id)
        try await settle(stage.nodes)
        for node in stage.nodes {
            let now = try await words(post, on: node)
            #expect(now["es"] == "Reglas nuevas <p>Ya.</p>" && now["hi"] == nil && now["de"] != nil)
            #expect(now[""] == first[""])
        }
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(post.id, by: stage.ada.id)
        try await settle(stage.nodes)
        for node in stage.nodes {
            #expect(try await node.store.read { try $0.announcementVariants(of: [post.id]).isEmpty })
        }
    }

    @Test("whoever acknowledges it has acknowledged it, in whichever language they read it")
    func acknowledged() async throws {
        let stage = try await stage()
        try await speak("es-PE", stage.carmen, on: stage.lima)
        try await speak("hi", stage.chidi, on: stage.pune)
        let post = try await stage.oslo.publish.publish(draft(stage), by: stage.ada.id)
        try await settle(stage.nodes)
        for (person, node) in [(stage.carmen, stage.lima), (stage.chidi, stage.pune)] {
            let known = try await copy(post, on: node)
            _ = try await Acknowledge(needs: node.needs).acknowledge(known.id, by: person.id)
        }
        try await settle(stage.nodes)
        let total = try await board(post, stage).total
        #expect((total.targeted, total.acknowledged) == (2, 2))
    }

    @Test("languages are each given once, named and worded; else nothing is published")
    func refused() async throws {
        let stage = try await stage()
        for (variants, field) in [
            ([variant("en", "Again", "Again", stage.oslo)], "Languages"),
            (
                [variant("es", "Uno", "Uno", stage.oslo), variant("ES", "Dos", "Dos", stage.oslo)],
                "Languages"
            ),
            ([variant("not a tag", "Uno", "Uno", stage.oslo)], "Language"),
            ([variant("es", " ", "Uno", stage.oslo)], "Title"),
            ([variant("es", "Uno", " ", stage.oslo)], "Text"),
            ((0..<13).map { variant("es-x\($0)", "Uno", "Uno", stage.oslo) }, "Languages"),
        ] {
            var draft = draft(stage)
            guard case .announcement(var announcement)? = draft.body else { return }
            announcement.variants = variants
            draft.body = .announcement(announcement)
            let error = await #expect(throws: Refusal.self) {
                _ = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
            }
            guard case .invalid(field, _)? = error else {
                Issue.record("\(field): \(String(describing: error))")
                continue
            }
        }
        #expect(
            try await stage.oslo.store.read {
                try $0.announcements(for: stage.ada.id, Page(limit: 5)).isEmpty
            })
    }

    @Test("a date that moves moves everywhere, and nobody is reminded more than twice")
    func movedDate() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(stage, days: 3), by: stage.ada.id)
        try await settle(stage.nodes)
        let revise = ReviseAnnouncement(needs: stage.oslo.needs, find: stage.oslo.find)
        var wish = ReviseAnnouncement.Wish()
        wish.dueAt = clock.now + 10 * 86400
        clock.advance(60)
        _ = try await revise.revise(post.id, wish, by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        guard case .announcement(let announcement) = inLima.body else { return }
        #expect(announcement.dueAt == wish.dueAt)
        // Neither a day before the first date nor at it.
        clock.advance(4 * 86400)
        try await remindAll(stage)
        try await settle(stage.nodes)
        var reader = try await stage.lima.store.read {
            try $0.announcementReader(stage.carmen.id, of: inLima.id)
        }
        #expect(reader?.reminders == 0)
        clock.advance(5.5 * 86400)
        try await remindAll(stage)
        reader = try await stage.lima.store.read { try $0.announcementReader(stage.carmen.id, of: inLima.id) }
        #expect(reader?.reminders == 1)
        // Again and again: two at most.
        for day in 12...15 {
            wish.dueAt = clock.now + Double(day) * 86400
            clock.advance(60)
            _ = try await revise.revise(post.id, wish, by: stage.ada.id)
            try await settle(stage.nodes)
            clock.advance(Double(day + 1) * 86400)
            try await remindAll(stage)
        }
        reader = try await stage.lima.store.read { try $0.announcementReader(stage.carmen.id, of: inLima.id) }
        #expect(reader?.reminders == 2)
    }

    @Test("only its author moves a date, ahead, and nobody is asked afterwards who was not asked before")
    func dateRefused() async throws {
        let stage = try await stage()
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let post = try await stage.oslo.publish.publish(draft(stage), by: stage.ada.id)
        let free = try await stage.oslo.publish.publish(draft(stage, days: nil), by: stage.ada.id)
        try await settle(stage.nodes)
        let revise = ReviseAnnouncement(needs: stage.oslo.needs, find: stage.oslo.find)
        var wish = ReviseAnnouncement.Wish()
        wish.dueAt = clock.now + 9 * 86400
        await #expect(throws: Refusal.notFound("Record")) {
            _ = try await revise.revise(post.id, wish, by: astrid.id)
        }
        await #expect(throws: Refusal.self) { _ = try await revise.revise(free.id, wish, by: stage.ada.id) }
        let lima = ReviseAnnouncement(needs: stage.lima.needs, find: stage.lima.find)
        let inLima = try await copy(post, on: stage.lima)
        await #expect(throws: Refusal.notFound("Record")) {
            _ = try await lima.revise(inLima.id, wish, by: stage.carmen.id)
        }
        wish.dueAt = clock.now - 1
        await #expect(throws: Refusal.self) { _ = try await revise.revise(post.id, wish, by: stage.ada.id) }
        wish.dueAt = clock.now + 400 * 86400
        await #expect(throws: Refusal.self) { _ = try await revise.revise(post.id, wish, by: stage.ada.id) }
        #expect(try await copy(post, on: stage.oslo).body == post.body)
    }

    @Test(
        "the daily letter names what must be acknowledged, in the reader's language, and stops when it is done"
    )
    func letter() async throws {
        let stage = try await stage()
        try await speak("es", stage.carmen, on: stage.lima)
        let post = try await stage.oslo.publish.publish(draft(stage, days: 1.5), by: stage.ada.id)
        try await settle(stage.nodes)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let letters = Digests(
            needs: stage.lima.needs, nodeName: "Lima", logger: logger, word: { "w" }, post: { _ in })
        var habits = try await stage.lima.store.read { try $0.notificationHabits(of: stage.carmen.id) }
        habits.digestAt = 9 * 60
        let chosen = habits
        try await stage.lima.store.write { try $0.save(chosen, of: stage.carmen.id) }
        func letter() async throws -> String? {
            clock.advance(86400)
            try await letters.write()
            let now = clock.now
            let mails = try await stage.lima.store.read { try $0.dueMails(at: now) }
            for mail in mails { try await stage.lima.store.write { try $0.delete(mail.id) } }
            return mails.first?.body
        }
        let first = try #require(await letter())
        #expect(first.contains("To be acknowledged by") && first.contains("Nuevas reglas"))
        let known = try await copy(post, on: stage.lima)
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(known.id, by: stage.carmen.id)
        #expect(try await letter()?.contains("To be acknowledged by") != true)
    }

    @Test("a vector's languages are read, and what is sent has its form")
    func vector() async throws {
        let stage = try await stage()
        let vector = try Vectors.json("announcement/languages.json")
        let post = try await stage.oslo.publish.publish(draft(stage), by: stage.ada.id)
        let document = try await Documents(world: stage.oslo.world, version: "test")
            .post(post.id, for: .node(authority: Cast.lima, isOfOrganisation: true))
        for name in ["contentMap", "nameMap"] {
            func tags(_ json: JSONValue) -> [String] { json[name]?.object?.members.map(\.name) ?? [] }
            #expect(tags(document) == tags(vector) && tags(vector) == ["en", "es", "hi"])
        }
        #expect(document["name"]?.string == document["nameMap"]?["en"]?.string)
        let read = try AnnouncementIn.read(
            try ASObject(vector), title: "New rules", at: clock.now)
        #expect(read.variants.map(\.language) == ["es", "hi"])
        #expect(read.variants.first?.content == "<p>Por favor, leedlas.</p>")
    }
}
