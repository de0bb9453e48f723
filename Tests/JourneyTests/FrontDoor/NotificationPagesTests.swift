import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Whoever turns the pages of their notifications comes to all of them.
@Suite("Notifications: pages")
struct NotificationPagesTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    func told(
        _ id: Int64, _ kind: Domain.Notification.Kind, _ person: Actor, by actor: ActorID, _ post: PostID?
    ) -> Domain.Notification {
        Domain.Notification(
            id: NotificationID(id), person: person.id, kind: kind, actor: actor, post: post,
            createdAt: clock.now)
    }

    /// The keys on a page and all that its links lead to.
    func keys(_ path: String, _ word: String, _ door: FrontDoor, _ caller: FrontDoor.Caller) async throws
        -> [[String]]
    {
        var (next, pages): (String?, [[String]]) = (path, [])
        while let path = next, pages.count < 20 {
            let reply = try await door.ask(path, as: caller)
            #expect(reply.isGood, "\(path): \(reply.body)")
            let json = try JSONParser.parse(Array(reply.body.utf8))
            pages.append(json["notification_groups"]?.array?.compactMap { $0["group_key"]?.string } ?? [])
            next = reply.link(word)
        }
        return pages
    }

    @Test("what came between two likes of one post is on a page of its own, read down and read up")
    func between() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (ada, boris, carmen) = (
            try await Cast.welcome("ada", to: node), try await Cast.welcome("boris", to: node),
            try await Cast.welcome("carmen", to: node)
        )
        let liked = try await node.post("Mine", by: ada, for: .node)
        let other = try await node.post("Hello", by: boris, for: .node)
        try await node.fanOut()
        let all = [
            told(3, .like, ada, by: boris.id, liked.id), told(4, .mention, ada, by: boris.id, other.id),
            told(5, .like, ada, by: carmen.id, liked.id),
        ]
        try await node.store.write { transaction in
            try transaction.deleteNotifications(of: ada.id)
            for notification in all { try transaction.insert(notification) }
        }
        let door = try FrontDoor(node)
        let caller = try await door.signIn(ada)
        let (like, mention) = ("favourite-\(liked.id)", "mention-\(other.thread)")
        let path = "/api/v2/notifications?limit=1"
        let each = [[like], [mention], [like], []]
        let down = try await keys(path, "next", door, caller)
        #expect(down == each)
        let up = try await keys("\(path)&min_id=2", "prev", door, caller)
        #expect(up == each)
        let both = try await keys("/api/v2/notifications?limit=2", "next", door, caller)
        let together = [[like, mention], []]
        #expect(both == together)
    }

    @Test("below four hundred likes of one post the page of notifications leads to the follow before them")
    func older() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (ada, boris, carmen) = (
            try await Cast.welcome("ada", to: node), try await Cast.welcome("boris", to: node),
            try await Cast.welcome("carmen", to: node)
        )
        let liked = try await node.post("Mine", by: ada, for: .node)
        try await node.fanOut()
        let follow = told(1, .follow, ada, by: carmen.id, nil)
        let likes = (2...401).map { (number: Int64) in
            let actor = number == 401 ? boris.id : ActorID(number)
            return told(number, .like, ada, by: actor, liked.id)
        }
        try await node.store.write { transaction in
            try transaction.deleteNotifications(of: ada.id)
            for notification in [follow] + likes { try transaction.insert(notification) }
        }
        let door = try FrontDoor(node)
        let caller = try await door.signIn(ada)
        var (path, bodies): (String?, [String]) = ("/notifications", [])
        while let asked = path, bodies.count < 5 {
            let body = try await door.ask(asked, as: caller).body
            bodies.append(body)
            path = body.firstMatch(of: /\/notifications\?before=[0-9]+/).map { String($0.output) }
        }
        #expect(bodies.count == 2)
        #expect(bodies.first?.contains("likes your post") == true)
        #expect(bodies.last?.contains("began to follow you") == true)
    }

    @Test("where the newest of a conversation cannot be seen, another of it is shown")
    func example() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (ada, boris) = (
            try await Cast.welcome("ada", to: node), try await Cast.welcome("boris", to: node)
        )
        let seen = try await node.post("@ada come along", by: boris, for: .node)
        let hidden = try await node.post("For myself", by: boris, for: .direct, answering: seen.id)
        try await node.fanOut()
        let all = [
            told(3, .mention, ada, by: boris.id, seen.id), told(4, .mention, ada, by: boris.id, hidden.id),
        ]
        try await node.store.write { transaction in
            try transaction.deleteNotifications(of: ada.id)
            for notification in all { try transaction.insert(notification) }
        }
        let door = try FrontDoor(node)
        let caller = try await door.signIn(ada)
        let reply = try await door.ask("/api/v2/notifications", as: caller)
        let found = try JSONParser.parse(Array(reply.body.utf8))["notification_groups"]?.array
        #expect(found?.count == 1 && found?.first?["notifications_count"]?.int == 2)
        #expect(found?.first?["status_id"]?.string == seen.id.description)
        #expect(found?.first?["page_max_id"]?.string == "4")
        let page = try await door.ask("/notifications", as: caller).body
        #expect(page.contains("come along") && !page.contains("For myself"))
    }
}
