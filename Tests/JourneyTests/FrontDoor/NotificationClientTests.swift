import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Surface
import Testing

/// Grouped notifications as Mastodon's clients ask for them.
@Suite("Notifications for clients")
struct NotificationClientTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    func json(_ door: FrontDoor, _ path: String, _ method: String = "GET", as caller: FrontDoor.Caller)
        async throws -> JSONValue
    {
        let reply = try await door.ask("/api/v2/\(path)", method, as: caller)
        #expect(reply.isGood, "\(path): \(reply.body)")
        return try JSONParser.parse(Array(reply.body.utf8))
    }

    @Test("a group is read, its people listed and it is dismissed by its own reader; the number is of groups")
    func groups() async throws {
        let stage = try await QuoteStage(network, clock)
        let post = try await stage.original()
        let copy: PostID = try #require(try await stage.lima.store.read { try $0.postID(post.uri) })
        _ = try await LikePost(needs: stage.oslo.needs).like(post.id, by: stage.boris.id)
        _ = try await LikePost(needs: stage.lima.needs).like(copy, by: stage.carmen.id)
        for text in ["@ada one", "@ada two"] {
            clock.advance(60)
            _ = try await stage.oslo.publish.publish(
                Draft(text: text, audience: .anyone, replyTo: post.id), by: stage.boris.id)
        }
        try await stage.settleAll()
        let door = try FrontDoor(stage.oslo)
        let (ada, boris) = (try await door.signIn(stage.ada), try await door.signIn(stage.boris))
        let types = "?exclude_types[]=follow"
        let likes = "favourite-\(post.id)"
        let mentions = "mention-\(post.thread)"
        func keys(_ query: String) async throws -> [String] {
            try await json(door, "notifications\(query)", as: ada)["notification_groups"]?.array?
                .compactMap { $0["group_key"]?.string } ?? []
        }
        func count(_ query: String) async throws -> Int64? {
            try await json(door, "notifications/unread_count\(query)", as: ada)["count"]?.int
        }
        #expect(Set(try await keys(types)) == [likes, mentions])
        #expect(try await count(types) == 2)
        #expect(try await count("\(types)&limit=1") == 1)
        #expect(try await keys("?types[]=favourite") == [likes])
        // A client that cannot show conversations as one gets each by itself.
        let apart = try await keys("\(types)&grouped_types[]=favourite")
        #expect(apart.count == 3 && apart.contains(likes) && !apart.contains(mentions))
        #expect(try await count("\(types)&grouped_types[]=favourite") == 3)
        let single = try #require(apart.first { $0 != likes })
        for (key, number) in [(likes, Int64(2)), (mentions, 2), (single, 1)] {
            let found = try await json(door, "notifications/\(key)", as: ada)["notification_groups"]?.array
            #expect(found?.count == 1 && found?.first?["notifications_count"]?.int == number)
        }
        let people = try await json(door, "notifications/\(likes)/accounts", as: ada).array
        #expect(Set(people?.compactMap { $0["username"]?.string } ?? []) == ["boris", "carmen"])
        for key in [likes, single, "favourite-1", "ungrouped-1", "x"] {
            let reply = try await door.ask("/api/v2/notifications/\(key)", as: boris)
            #expect(reply.code == 404)
            _ = try await json(door, "notifications/\(key)/dismiss", "POST", as: boris)
        }
        #expect(try await count(types) == 2)
        _ = try await json(door, "notifications/\(likes)/dismiss", "POST", as: ada)
        #expect(try await keys(types) == [mentions])
        #expect(try await door.ask("/api/v2/notifications/\(likes)", as: ada).code == 404)
        let instance = try await json(door, "instance", as: .nobody)
        #expect(instance["api_versions"]?["mastodon"]?.int == 7)
    }

    @Test("in quiet hours and of a kind that was stopped nothing is pushed; what is quiet waits to be read")
    func quiet() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (ada, boris) = (
            try await Cast.welcome("ada", to: node), try await Cast.welcome("boris", to: node)
        )
        try await node.people.permitAnnouncements(true, to: boris.id)
        let door = try FrontDoor(node)
        let caller = try await door.signIn(ada)
        let minute = Int(clock.now.timeIntervalSince1970 / 60) % 1440
        let quiet = NotificationHabits(
            quietFrom: (minute + 1430) % 1440, quietUntil: (minute + 60) % 1440)
        let stopped = NotificationHabits(stopped: [.mention, .announcement, .announcementReminder])
        for (habits, pushes, kept) in [(quiet, 0, 3), (stopped, 0, 0), (NotificationHabits(), 3, 3)] {
            try await ChooseNotifications(needs: node.needs).choose(habits, by: ada.id)
            try await node.store.write { try $0.deleteNotifications(of: ada.id) }
            let (said, _) = try await door.listen([("/api/v1/streaming/user/notification", caller)]) {
                [clock] in
                var draft = Draft(text: "Please read", audience: .node)
                draft.body = .announcement(
                    Announcement(
                        title: "New rules", dueAt: clock.now + 86400, target: Announcement.Target()))
                let post = try await node.publish.publish(draft, by: boris.id)
                try await node.post("@ada hello", by: boris, for: .node)
                try await node.fanOut()
                _ = try await RemindReaders(needs: node.needs).remind(post.id, by: boris.id)
                try await node.fanOut()
            }
            #expect(said[0].ranges(of: "event: notification").count == pushes, "\(habits): \(said)")
            #expect(try await kinds(ada, on: node).count == kept, "\(habits)")
        }
    }

    @Test("an announcement that passes by on a stream has reached nobody, and one that is asked for has")
    func passesBy() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (ada, boris) = (
            try await Cast.welcome("ada", to: node), try await Cast.welcome("boris", to: node)
        )
        try await node.people.permitAnnouncements(true, to: boris.id)
        let door = try FrontDoor(node)
        let caller = try await door.signIn(ada)
        let (said, post) = try await door.listen([("/api/v1/streaming/user", caller)]) { [clock] in
            var draft = Draft(text: "Please read", audience: .node)
            draft.body = .announcement(
                Announcement(title: "New rules", dueAt: clock.now + 86400, target: Announcement.Target()))
            let post = try await node.publish.publish(draft, by: boris.id)
            try await node.fanOut()
            return post
        }
        #expect(said[0].contains("event: notification") && said[0].contains("Please read"))
        func reached() async throws -> Int {
            try await door.desk.noteShown.drain()
            return try await node.store.read {
                try AnnouncementBoard(needs: node.needs).read(post.id, for: boris.id, in: $0).1.total.reached
            }
        }
        #expect(try await reached() == 0)
        #expect(try await door.ask("/api/v1/notifications", as: caller).isGood)
        #expect(try await reached() == 1)
    }

    @Test(
        "a part of a letter ends its kind without a session; looking changes nothing, and so does a wrong word"
    )
    func stopKind() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (ada, boris) = (
            try await Cast.welcome("ada", to: node), try await Cast.welcome("boris", to: node)
        )
        try await node.post("@ada hello", by: boris, for: .node)
        try await node.fanOut()
        clock.advance(2 * 86400)
        let letters = Digests(
            needs: node.needs, nodeName: "Oslo", logger: node.world.logger, word: { UUID().uuidString }
        ) { _ in }
        try await letters.write()
        let mail = try #require(try await node.store.read { try $0.dueMails(at: node.needs.now()) }.first)
        let word = try #require(try await node.store.read { try $0.digest(of: ada.id) }).stopWord
        let path = "/notifications/stop/\(word)/\(Domain.Notification.Kind.mention.rawValue)"
        #expect(mail.body.contains("No more of this kind: https://\(Cast.oslo)\(path)\n"))
        func stopped() async throws -> Set<Domain.Notification.Kind> {
            try await node.store.read { try $0.notificationHabits(of: ada.id).stopped }
        }
        let door = try FrontDoor(node)
        let page = try await door.ask(path, as: .nobody)
        #expect(page.code == 200 && page.body.contains("Somebody names or answers me"))
        let wrong = path.replacing(word, with: "other")
        #expect(try await door.ask(wrong, "POST", as: .nobody).code == 200)
        #expect(try await stopped().isEmpty)
        let strange = "/notifications/stop/\(word)/999"
        #expect(try await door.ask(strange, "POST", as: .nobody).code == 422)
        #expect(try await door.ask(path, "POST", as: .nobody).isGood)
        #expect(try await stopped() == [.mention])
    }
}
