import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// What is private is invisible on every route of every node to everyone who may not read it; and looks as if it were not.
@Suite("Privacy")
struct PrivacyTests {
    typealias Caller = FrontDoor.Caller

    /// Who asks a node, by name, and how.
    struct Asker: Sendable {
        var name: String
        var caller: Caller
        var isSigned: Bool
        /// A node speaks for all of its people (Spec/decisions/0013).
        var speaksFor: Set<String> = []

        func mayRead(_ secret: Secret) -> Bool {
            !secret.readers.isDisjoint(with: speaksFor.isEmpty ? [name] : speaksFor)
        }
    }

    /// Where each secret was found, and by whom: what proves that this test looks where things are.
    struct Finds {
        private var routes: [String: Set<String>] = [:]

        mutating func add(_ secret: Secret, _ name: String, _ route: String) {
            routes["\(secret.word) \(name)", default: []].insert(route)
        }

        func of(_ word: String, _ name: String) -> Set<String> { routes["\(word) \(name)"] ?? [] }
    }

    static func askers(
        _ stage: PrivacyStage, on node: TestNode, _ door: FrontDoor, tokens: [String: Caller]
    ) async throws -> [Asker] {
        var askers = stage.names(on: node).compactMap { name in
            tokens[name].map { Asker(name: name, caller: $0, isSigned: false) }
        }
        askers.append(Asker(name: "nobody", caller: .nobody, isSigned: false))
        askers.append(Asker(name: "mallory", caller: .stranger(stage.stranger), isSigned: true))
        for (name, actor) in stage.people.sorted(by: { $0.key < $1.key }) {
            let home = stage.node(of: name)
            guard home.authority != node.authority else { continue }
            askers.append(Asker(name: name, caller: .actor(home, actor), isSigned: true))
        }
        for home in stage.nodes where home.authority != node.authority {
            let uri = home.needs.addresses.node
            let itself = try #require(try await home.store.read { try $0.actor(uri) })
            askers.append(
                Asker(
                    name: home.authority, caller: .actor(home, itself), isSigned: true,
                    speaksFor: Set(stage.names(on: home))))
        }
        return askers
    }

    /// Before anybody loses anything, so that those who do hold a session that was good.
    static func signIn(_ stage: PrivacyStage, _ doors: [FrontDoor]) async throws -> [String: Caller] {
        var tokens: [String: Caller] = [:]
        for door in doors {
            for name in stage.names(on: door.node) {
                tokens[name] = try await door.signIn(try #require(stage.people[name]))
            }
        }
        return tokens
    }

    @Test("every route of the running node is asked, and no route is asked that is not there")
    func everyRoute() async throws {
        let door = try FrontDoor(
            try await TestNode(Cast.oslo, network: FakeNetwork(), clock: TestClock()))
        let offered = Set(
            door.routes.filter { $0.hasPrefix("GET ") }.map { PrivacyRoutes.shape(String($0.dropFirst(4))) })
        let asked = Set((PrivacyRoutes.table + PrivacyRoutes.streams).map(PrivacyRoutes.shape))
        #expect(
            offered.subtracting(asked).sorted() == [], "say in PrivacyRoutes.swift how these are asked")
        #expect(asked.subtracting(offered).sorted() == [], "these are no routes any more")
    }

    @Test("nobody finds what is not for them on any route, and everybody finds what is")
    func enumeration() async throws {
        let stage = try await PrivacyStage()
        let doors = try stage.nodes.map { try FrontDoor($0) }
        let tokens = try await Self.signIn(stage, doors)
        let secrets = try await stage.writeForSome(below: stage.ask()) + stage.writeForMany()
        try await stage.part()
        var finds = Finds()
        for door in doors {
            let routes = try await PrivacyRoutes(stage, secrets, on: door.node)
            for asker in try await Self.askers(stage, on: door.node, door, tokens: tokens) {
                for line in PrivacyRoutes.table {
                    for probe in routes.probes(line) where probe.isFederated || !asker.isSigned {
                        try await look(door, probe, asker, secrets, &finds)
                    }
                }
            }
        }
        check(finds, secrets)
    }

    /// Everyone of the organisation's other offices, to whom the deleted post was sent.
    private var elsewhere: Set<String> { ["carmen", "felix", "cesar", "chidi"] }

    /// Asks once, looks for every secret, and compares with what never was.
    private func look(
        _ door: FrontDoor, _ probe: PrivacyRoutes.Probe, _ asker: Asker, _ secrets: [Secret],
        _ finds: inout Finds
    ) async throws {
        let reply = try await door.ask(probe.path, as: asker.caller)
        let text = (reply.head + "\n" + reply.body).lowercased()
        #expect(reply.code < 500, "\(probe.path) for \(asker.name): \(reply.body.prefix(200))")
        for secret in secrets where text.contains(secret.word) {
            if asker.mayRead(secret) {
                finds.add(secret, asker.name, probe.route)
            } else if !probe.path.contains(secret.word) {
                Issue.record(
                    "\(secret.word) shows on \(probe.path) of \(door.node.authority) to \(asker.name)")
            }
        }
        guard let value = probe.value, let secret = value.secret, !asker.mayRead(secret) else {
            return
        }
        // Those who had what is deleted are told that it is gone (Spec/features/post.md §4).
        if secret.word == "zqdeleted", reply.code == 410,
            !elsewhere.isDisjoint(with: asker.speaksFor.union([asker.name]))
        {
            return
        }
        let missing = try await door.ask(probe.twin, as: asker.caller)
        let asked = Self.blank(reply, value.text, probe.path)
        let never = Self.blank(missing, value.never, probe.twin)
        #expect(
            asked == never,
            "\(secret.word) on \(probe.path) of \(door.node.authority) differs for \(asker.name)")
    }

    /// A reply without what the request itself said.
    static func blank(_ reply: FrontDoor.Reply, _ value: String, _ path: String) -> FrontDoor.Reply {
        var reply = reply.withoutOnce
        for name in [value, value.replacing(":", with: "%3A").replacing("/", with: "%2F")] {
            reply.head = reply.head.replacing(name, with: "·")
            reply.body = reply.body.replacing(name, with: "·")
        }
        return reply
    }

    /// Where its readers must find each kind of thing, so that not finding it elsewhere says something.
    private func check(_ finds: Finds, _ secrets: [Secret]) {
        let posts = [
            "/api/v1/statuses/{}", "/api/hallway/v1/search", "/search",
            "/api/v2/search", "/api/v1/timelines/tag/{}", "/tags/{}", "/api/v1/accounts/{}/statuses",
        ]
        var places: [String: [String]] = [
            "zqpoll": ["/api/v1/polls/{}"], "zqsurvey": ["/api/hallway/v1/surveys/{}", "/surveys/{}"],
            "zqthanks": ["/api/hallway/v1/recognitions", "/thanks"],
            "zqquestion": ["/api/hallway/v1/questions", "/api/hallway/v1/questions/similar", "/questions"],
            "zqarticle": ["/api/hallway/v1/questions", "/api/hallway/v1/knowledge", "/knowledge"],
            "zqquoting": ["/api/v1/timelines/home", "/"],
            "zqgathering": ["/api/hallway/v1/events", "/api/hallway/v1/events/{}"],
            "zqsecretpost": ["/api/hallway/v1/groups/{}/statuses", "/groups/{}", "/api/v1/timelines/home"],
            "zqclosedpost": ["/api/hallway/v1/groups/{}/statuses", "/groups/{}", "/api/v1/timelines/home"],
            "zqfollowers": ["/api/v1/timelines/home", "/", "/api/v1/statuses/{}/history"],
            "zqorganisation": ["/api/v1/timelines/public", "/everyone"],
            "zqoffice": ["/api/v1/timelines/public", "/office"],
            "zqannounced": ["/api/hallway/v1/announcements/{}"],
        ]
        let others = [
            "zqgroup": [
                "/api/hallway/v1/groups", "/api/hallway/v1/groups/{}", "/groups", "/groups/{}",
                "/api/v1/accounts/search", "/api/v1/accounts/{}", "/api/v2/search",
            ],
            "zqdraft": ["/api/hallway/v1/drafts", "/api/hallway/v1/drafts/{}", "/drafts"],
            "zqscheduled": ["/api/v1/scheduled_statuses", "/api/v1/scheduled_statuses/{}", "/drafts"],
            "zqlist": ["/api/v1/lists", "/api/v1/lists/{}", "/lists", "/lists/{}", "/lists/{}/remove"],
            "zqdeleted": [],
        ]
        // An edit takes the place of what it edits; an answer is found below its question.
        places["zqanswer"] = ["/api/hallway/v1/questions/{}/answers", "/api/v1/statuses/{}/context"]
        places["zqsolution"] = places["zqanswer"]
        let signed = ["carmen", "felix", "cesar", "chidi"]
        for secret in secrets {
            let wanted = others[secret.word] ?? posts + (places[secret.word] ?? [])
            for name in secret.readers.sorted() {
                let found = finds.of(secret.word, name)
                guard !signed.contains(name) else {
                    // What is theirs is read from its home, or came to theirs.
                    #expect(!found.isEmpty, "\(name) finds \(secret.word) nowhere")
                    continue
                }
                #expect(
                    Set(wanted).subtracting(found).sorted() == [], "\(name) does not find \(secret.word)")
            }
        }
        #expect(finds.of("zqdirect", "carmen").contains("/posts/{}"))
        #expect(finds.of("zqfollowers", "felix").contains("/actors/{}/outbox"))
        #expect(finds.of("zqsecretpost", "carmen").contains("/api/v1/timelines/home"))
        #expect(finds.of("zqdirect", "boris").contains("/api/v1/notifications"))
        #expect(finds.of("zqdirect", "boris").contains("/api/v1/notifications/{}"))
    }
}
