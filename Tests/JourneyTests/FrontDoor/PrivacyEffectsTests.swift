import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// What is private does nothing that others could notice: no change that is asked of it, no stream, no number.
@Suite("Privacy: effects")
struct PrivacyEffectsTests {
    /// A form with something in every field that a route looks at.
    private static let form =
        "status=hello&text=hello&choices[]=0&choice=0&answer=yes&level=all&comment=x&title=hello&q0=1"
        + "&scheduled_at=2030-01-01T00:00:00Z&due=now&of=1&back=/"

    /// What stands for the first name in a route that changes something; nil where nothing private could.
    private static func kind(_ route: String) -> String? {
        guard route.contains("{") || route.contains(":") else { return nil }
        if route.contains("/groups/statuses") { return "post" }
        if route.contains("/groups/") { return "group" }
        if route.contains("/drafts/") || route.contains("scheduled_statuses") { return "draft" }
        if route.contains("/notifications/stop") { return nil }
        if route.contains("/notifications/") { return "notification" }
        if route.contains("/tags/") { return nil }
        if route.contains("/lists/") { return "list" }
        if route.contains("/accounts/") || route.contains("/people/") || route.contains("/follow_requests/") {
            return "group"
        }
        return "post"
    }

    /// A route with its first name filled in, and the others with what is in every list.
    private static func path(_ route: String, _ value: String) -> String {
        var isFirst = true
        let parts = route.split(separator: "/").map { part -> String in
            guard part.contains("{") || part.hasPrefix(":") else { return String(part) }
            guard isFirst else {
                return part.contains("decision") ? "ban" : part.contains("emoji") ? "👍" : "2"
            }
            isFirst = false
            return String(part).replacing(/\{[^}]*\}|:[a-z]+/, with: value)
        }
        return "/" + parts.joined(separator: "/").replacing("👍", with: "%F0%9F%91%8D")
    }

    @Test("whoever asks to change what is not for them is answered as if it were not there")
    func changes() async throws {
        let stage = try await PrivacyStage()
        let door = try FrontDoor(stage.oslo)
        let tokens = try await PrivacyTests.signIn(stage, [door])
        let secrets = try await stage.writeForSome() + stage.writeForMany()
        try await stage.part()
        let routes = try await PrivacyRoutes(stage, secrets, on: door.node)
        var asked = 0
        for name in stage.names(on: door.node) + ["nobody"] {
            let caller = tokens[name] ?? .nobody
            for route in door.routes where !route.hasPrefix("GET ") && !route.hasPrefix("HEAD ") {
                let words = route.split(separator: " ")
                guard let kind = Self.kind(String(words[1])) else { continue }
                for value in routes.values(kind) {
                    guard let secret = value.secret, !secret.readers.contains(name) else { continue }
                    func ask(_ text: String) async throws -> FrontDoor.Reply {
                        let path = Self.path(String(words[1]), text)
                        let reply = try await door.ask(path, String(words[0]), as: caller, form: Self.form)
                        return PrivacyTests.blank(reply, text, path)
                    }
                    let (reply, missing) = (try await ask(value.text), try await ask(value.never))
                    asked += 1
                    #expect(reply == missing, "\(route) for \(name) tells of \(secret.word)")
                    #expect(!reply.body.contains("zq"), "\(route) for \(name) says \(reply.body)")
                }
            }
        }
        #expect(asked > 1000)
    }

    @Test("streams tell nobody of what is not for them, neither when it comes nor when it goes")
    func streams() async throws {
        let stage = try await PrivacyStage()
        let (oslo, lima) = (try FrontDoor(stage.nodes[0]), try FrontDoor(stage.nodes[1]))
        let tokens = try await PrivacyTests.signIn(stage, [oslo, lima])
        try await stage.part()
        func streams(_ door: FrontDoor) -> [(name: String, path: String, caller: FrontDoor.Caller)] {
            (stage.names(on: door.node) + ["nobody"]).flatMap { name in
                PrivacyRoutes.streams.dropFirst().flatMap { line in
                    (line.contains("{tag}") ? ["zqdirect", "zqoffice"] : [""]).map {
                        (
                            name, line.replacing("{tag}", with: $0).replacing("{list}", with: "1"),
                            tokens[name] ?? .nobody
                        )
                    }
                }
            }
        }
        let (here, there) = (streams(oslo), streams(lima))
        let (inOslo, (inLima, (secrets, gone))) = try await oslo.listen(here.map { ($0.path, $0.caller) }) {
            try await lima.listen(there.map { ($0.path, $0.caller) }) {
                let secrets = try await stage.writeForSome(fans: ["fiona"]) + stage.writeForMany()
                let uri = try #require(secrets.first { $0.word == "zqdirect" }?.uri)
                let gone = try #require(await stage.oslo.store.read { try $0.postID(uri) })
                _ = try await Withdraw(needs: stage.oslo.needs).withdraw(gone, by: stage.id("ada"))
                try await stage.settleAll()
                return (secrets, gone)
            }
        }
        var heard: Set<String> = []
        let direct = gone.description
        for (stream, text) in Array(zip(here, inOslo)) + Array(zip(there, inLima)) {
            for secret in secrets where text.contains(secret.word) {
                heard.insert("\(stream.name) \(secret.word)")
                // What everybody might read until it was deleted may have been heard of.
                #expect(
                    secret.readers.contains(stream.name) || secret.word == "zqdeleted",
                    "\(stream.name) hears of \(secret.word) on \(stream.path)")
            }
            guard !["ada", "boris", "carmen"].contains(stream.name) else { continue }
            #expect(!text.contains(direct), "\(stream.name) hears \(direct) go on \(stream.path)")
        }
        for wanted in [
            "ada zqdirect", "boris zqdirect", "carmen zqdirect", "fiona zqfollowers", "felix zqfollowers",
            "colin zqoffice", "boris zqsecretpost", "carmen zqclosedpost", "fiona zqedited", "ada zqanswer",
        ] { #expect(heard.contains(wanted), "not heard: \(wanted)") }
    }

    @Test("whoever may read none of it is answered the same, to the byte, as before it was written")
    func nothingChanged() async throws {
        let stage = try await PrivacyStage()
        let doors = try stage.nodes.map { try FrontDoor($0) }
        let tokens = try await PrivacyTests.signIn(stage, doors)
        let lines = PrivacyRoutes.table.filter { line in
            ["{actor}", "{group}", "{name}"].contains { line.contains($0) } || !line.contains("{")
        }.filter { line in
            // What is for those who run the node; a question by which other offices' people become known; and boards,
            // which there are where so many people of a team are known.
            line != "/metrics" && !line.contains("leaderboard") && !line.hasSuffix("search?q={name}")
                && !line.hasPrefix("/search?q={name}") && !line.contains("{uri}")
        }
        let open = try await stage.ask()
        func ask() async throws -> [String: FrontDoor.Reply] {
            var replies: [String: FrontDoor.Reply] = [:]
            for door in doors {
                let routes = try await PrivacyRoutes(stage, [], on: door.node)
                for asker in try await PrivacyTests.askers(stage, on: door.node, door, tokens: tokens)
                where ["colin", "cesar", "chidi", "nobody", "mallory", Cast.pune].contains(asker.name) {
                    for probe in lines.flatMap(routes.probes) where probe.isFederated || !asker.isSigned {
                        var reply = try await door.ask(probe.path, as: asker.caller).withoutOnce
                        // How long ago something was is no effect of what was written meanwhile.
                        reply.body.replace(#/[^<>]*<\/time>/#, with: "</time>")
                        replies["\(probe.path) of \(door.node.authority) for \(asker.name)"] = reply
                    }
                }
            }
            return replies
        }
        let before = try await ask()
        _ = try await stage.writeForSome(below: open)
        let after = try await ask()
        #expect(before.count > 300)
        // How many answered is a number among them.
        let counted = before.filter { $0.value.body.contains("\"replies_count\":0") }
        let listed = before.filter { $0.value.body.contains("0 answers") }
        #expect(!counted.isEmpty && !listed.isEmpty)
        for (request, reply) in before.sorted(by: { $0.key < $1.key }) {
            guard let later = after[request], later != reply else { continue }
            let place = zip(reply.body, later.body).prefix { $0 == $1 }.count
            Issue.record(
                "\(request) changed: …\(later.body.dropFirst(max(0, place - 60)).prefix(120))")
        }
        // The same questions do see what they may: an author's own answers change.
        let door = doors[0]
        let page = try await door.ask("/api/v1/timelines/home", as: try #require(tokens["fiona"]))
        #expect(page.body.contains("zqfollowers"))
    }
}
