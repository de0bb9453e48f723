import Domain
import Foundation
import Storage
import Support
import Testing

/// Every engine takes every statement. What they mean is tested where they are used; these are those that the journeys
/// do not pass, with and without the values that may be missing.
@Suite("Statements")
struct StatementsTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)
    let ada = ActorID(1)
    let boris = ActorID(2)
    let post = PostID(3)

    @Test("every timeline is read for every viewer, in every direction", arguments: Engine.atHand)
    func timelines(engine: Engine) async throws {
        let store = try TestStore(engine)
        let timelines: [Timeline] = [
            .home, .everyone(from: .anywhere), .everyone(from: .here), .everyone(from: .elsewhere),
            .author(ada, withReplies: false, withAnnounces: false),
            .author(ada, withReplies: true, withAnnounces: true), .pinned(ada),
            .hashtag("swift", isLocal: true), .hashtag("swift", isLocal: false), .liked, .bookmarked,
        ]
        let viewers: [Viewer] = [
            .nobody, .person(ada), .remote(boris, authority: Cast.lima, isOfOrganisation: true),
            .node(authority: Cast.lima, isOfOrganisation: false),
        ]
        let pages = [Page(), Page(before: 9), Page(since: 1), Page(after: 1), Page(before: 9, since: 1)]
        for viewer in viewers {
            for page in pages {
                for timeline in timelines {
                    let found = try await store.read { try $0.timeline(timeline, for: viewer, page) }
                    #expect(found.isEmpty)
                }
            }
            try await store.read { transaction in
                _ = try transaction.outbox(of: ada, for: viewer, before: nil)
                _ = try transaction.threadPosts(post, for: viewer)
                _ = try transaction.replies(to: post, for: viewer)
                var query = SearchQuery("x from:me in:team before:2026-11-24 after:2026-11-01")
                (query.kinds, query.parts) = (Set(SearchQuery.Kind.allCases), Set(SearchQuery.Part.allCases))
                #expect(query.misunderstood.isEmpty)
                #expect(try transaction.searchPosts(query, for: viewer, Page(before: 9)).isEmpty)
                #expect(try transaction.countPosts(query, for: viewer) == Found(count: 0, isExact: true))
                _ = try transaction.searchHashtags("x", for: viewer)
            }
        }
    }

    @Test("what is read of an empty database is nothing", arguments: Engine.atHand)
    func reads(engine: Engine) async throws {
        let store = try TestStore(engine)
        let uri = try theURI("https://\(Cast.oslo)/x")
        let handle = try theHandle("ada@\(Cast.oslo)")
        try await store.read { (transaction: Transaction) throws in
            #expect(try transaction.actor(organisationHandle: handle) == nil)
            #expect(try transaction.remoteActor(handle) == nil)
            #expect(try transaction.localActors(after: ada).isEmpty)
            #expect(try transaction.blocked(by: ada).isEmpty)
            #expect(try transaction.muted(by: ada).isEmpty)
            #expect(try !transaction.silences(ada, boris))
            #expect(try !transaction.hasMutesToEnd(before: date))
            #expect(try transaction.lanes().isEmpty)
            #expect(try transaction.due(host: Cast.lima, at: date, limit: 1).isEmpty)
            #expect(try transaction.inboxesThatKnow(post).isEmpty)
            #expect(try transaction.ledger(of: post, limit: 1).isEmpty)
            #expect(try transaction.ledgerTotals(of: post).isEmpty)
            #expect(try transaction.countDeliveries() == 0)
            #expect(try transaction.countDeliveries(.waiting) == 0)
            let due = try transaction.dueReceived(
                at: date, limit: 1, except: [ada, boris], ofNodes: [Cast.lima])
            #expect(due.isEmpty)
            #expect(try transaction.followers(of: ada, after: boris).isEmpty)
            #expect(try transaction.localFollowers(of: ada).isEmpty)
            #expect(try transaction.followerInboxes(of: ada).isEmpty)
            #expect(try transaction.inboxes(of: [ada, boris]).isEmpty)
            #expect(try transaction.likers(of: post).isEmpty)
            #expect(try transaction.marks(of: ada, on: [post]).isEmpty)
            #expect(try transaction.login(named: "ada") == nil)
            #expect(try transaction.notifications(of: ada, Page(before: 9, since: 1)).isEmpty)
            #expect(try transaction.notifications(of: ada, kinds: [.mention], Page(after: 1)).isEmpty)
            #expect(try transaction.countUnread(of: ada) == 0)
            #expect(try transaction.postID(page: "x") == nil)
            #expect(try transaction.editions(of: post).isEmpty)
            #expect(try transaction.livingPosts(of: ada).isEmpty)
            #expect(try transaction.report(ReportID(1)) == nil)
            #expect(try transaction.registerHead("people") == nil)
            #expect(try transaction.registerEntries(containing: "x", in: nil).isEmpty)
            #expect(try transaction.registerEntries(containing: "x", in: "people").isEmpty)
            #expect(try transaction.registerLogs().isEmpty)
            #expect(try transaction.directoryState().isEmpty)
            #expect(try transaction.registeredHandle(of: uri) == nil)
            #expect(try transaction.application(clientID: "x") == nil)
            #expect(try transaction.authorisationCode(hash: [1]) == nil)
            #expect(try transaction.token(hash: [1]) == nil)
            #expect(try transaction.searchActors("x", followedBy: ada).isEmpty)
            #expect(try transaction.countActors(localOnly: true) == 0)
            #expect(try transaction.countPosts(localOnly: true) == 0)
        }
    }

    @Test("writes that find nothing change nothing", arguments: Engine.atHand)
    func writes(engine: Engine) async throws {
        let store = try TestStore(engine)
        let uri = try theURI("https://\(Cast.oslo)/x")
        try await store.write { (transaction: Transaction) throws in
            try transaction.saveMute(ada, boris, notifications: true, until: nil, at: date)
            try transaction.saveMute(ada, boris, notifications: true, until: date, at: date)
            try transaction.endMutes(before: date)
            #expect(try transaction.muted(by: ada) == [boris])
            try transaction.deleteMute(ada, boris)
            #expect(try transaction.muted(by: ada).isEmpty)
            try transaction.postpone(host: Cast.lima, until: date)
            try transaction.hasten(host: Cast.lima, to: date)
            try transaction.hastenAll(to: date)
            try transaction.hold(host: Cast.lima, until: date, at: date)
            try transaction.hold(host: Cast.lima, until: date + 60, at: date)
            #expect(try transaction.expire(host: Cast.lima, since: date, at: date) == 0)
            try transaction.retire(inbox: uri, at: date)
            #expect(try transaction.isRetired(inbox: uri))
            var endpoints = Actor.Endpoints(inbox: try theURI("https://\(Cast.oslo)/y"))
            try transaction.restore(endpoints)
            #expect(try transaction.isRetired(inbox: uri))
            endpoints.sharedInbox = uri
            try transaction.restore(endpoints)
            #expect(try !transaction.isRetired(inbox: uri))
            try transaction.setCursor("a", to: 2000)
            try transaction.trimEvents()
            try transaction.forgetSeen(before: date)
            try transaction.setBookmark(true, of: post, by: ada, at: date)
            #expect(try transaction.marks(of: ada, on: [post])[post]?.bookmarks == true)
            try transaction.setBookmark(false, of: post, by: ada, at: date)
            try transaction.deleteNotifications(of: ada)
            try transaction.deleteNotifications(of: ada, only: NotificationID(1))
            try transaction.deleteNotifications(of: ada, by: boris)
            try transaction.deleteNotifications(kind: .mention, actor: boris)
            try transaction.deleteNotifications(kind: .mention, actor: boris, person: ada, post: post)
            try transaction.saveMarker(of: ada, "home", lastRead: "1", at: date)
            try transaction.saveMarker(of: ada, "home", lastRead: "2", at: date)
            #expect(try transaction.marker(of: ada, "home")?.version == 2)
            try transaction.markUntold(post)
            #expect(try !transaction.takeUntold(post, by: ada))
            try transaction.remember(post, of: ada, idempotency: "x")
            #expect(try transaction.post(of: ada, idempotency: "x") == post)
            try transaction.clearHome(of: ada, from: boris)
            try transaction.forgetNaming(of: ada, inGroup: boris)
            try transaction.fillHome(of: ada, from: boris)
            for entry in 1...5 {
                try transaction.insertHome(PostID(Int64(entry)), shown: PostID(Int64(entry)), person: ada)
            }
            try transaction.trimHome(of: ada, to: 2)
            #expect(try !transaction.spendInvitation(hash: [1], node: Cast.lima, at: date))
            try transaction.spendCode(hash: [1], token: [2])
            try transaction.forgetCodes(before: date)
            try transaction.deleteTokens(of: ada)
            try transaction.insert(
                Report(
                    id: ReportID(1), reporter: ada, target: boris, posts: [post], comment: "",
                    isForwarded: false, createdAt: date))
            #expect(try transaction.report(ReportID(1))?.posts == [post])
        }
    }
}
