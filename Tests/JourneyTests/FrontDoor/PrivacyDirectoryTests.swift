import Directory
import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// The directory tells nodes what their people share with them, and nobody else anything.
@Suite("Privacy: the directory")
struct PrivacyDirectoryTests {
    typealias Caller = PrivacyDirectory.Caller

    /// Every route. A name in braces is each thing of that kind.
    static let table = """
        GET /.well-known/webfinger?resource=acct:{handle}
        GET /.well-known/webfinger?resource={uri}
        GET /.well-known/host-meta
        GET /.well-known/nodeinfo
        GET /nodeinfo/2.1
        GET /actor
        GET /actor/outbox
        GET /actor/followers
        GET /actor/following
        GET /actor/featured
        GET /nodes
        GET /organisation
        GET /register
        GET /register?after=3
        GET /register?log={log}
        GET /register?log={log}&after=1
        GET /healthz
        GET /health
        GET /readyz
        GET /metrics
        GET /
        POST /enrolment
        POST /register
        """.split(separator: "\n").map(String.init)

    /// Something that was said to the directory, or might have been, and who finds it there.
    struct Word {
        var text: String
        var finders: Set<String> = []
    }

    private static let offices: Set = [Cast.oslo, Cast.lima, Cast.pune, "late"]
    private static let never = "1234567890123456"

    /// What people of the stage share, and with whom.
    private static let words = [
        Word(text: "zqtitle", finders: offices), Word(text: "zqeveryone", finders: offices),
        Word(text: "zqentity", finders: [Cast.oslo, Cast.lima]), Word(text: "zqroom"),
        Word(text: "zqabout"), Word(text: "zqline"), Word(text: "zqwithdrawn"), Word(text: "zqnarrowed"),
        Word(text: "zqleaver"), Word(text: "zqsuspended", finders: offices), Word(text: "11-23"),
        Word(text: "cellar"),
        Word(text: "readers"),
    ]

    @Test("every route of the running directory is asked, and no route is asked that is not there")
    func everyRoute() async throws {
        let directory = try await PrivacyDirectory(try await PrivacyStage())
        let asked = Set(Self.table.map { String($0.prefix { $0 != "?" }) })
        #expect(
            Set(directory.routes).subtracting(asked).sorted() == [], "say in the table how these are asked")
        #expect(asked.subtracting(directory.routes).sorted() == [], "these are no routes any more")
    }

    @Test("nobody finds in the directory what is not for them, and every node finds what is")
    func enumeration() async throws {
        let stage = try await PrivacyStage()
        let directory = try await PrivacyDirectory(stage)
        let secrets = try await fill(directory)
        let words = Self.words + secrets.map { Word(text: $0.word) }
        let before = try await state(directory)
        var finds: [String: Set<String>] = [:]
        var asked = 0
        let callers = try await directory.callers()
        for caller in callers {
            func look(_ path: String, _ reply: FrontDoor.Reply) {
                asked += 1
                #expect(reply.code < 500, "\(path) for \(caller.name): \(reply.body)")
                let text = (reply.head + "\n" + reply.body).lowercased()
                for word in words where text.contains(word.text) {
                    if word.finders.contains(caller.name) {
                        finds[word.text, default: []].insert(caller.name)
                    } else if !path.contains(word.text) {
                        Issue.record("\(word.text) shows on \(path) to \(caller.name): \(reply.body)")
                    }
                }
            }
            for line in Self.table where line.hasPrefix("POST ") {
                let path = String(line.dropFirst(5))
                for body in try await bodies(path, directory, caller) {
                    let reply = try await directory.ask(path, "POST", as: caller, body: body.json)
                    look(path, reply)
                    guard let never = body.never else { continue }
                    let missing = try await directory.ask(path, "POST", as: caller, body: never)
                    #expect(reply == missing, "\(path) tells \(caller.name) of \(body.json.text)")
                }
            }
            for line in Self.table where line.hasPrefix("GET ") {
                for (path, twin) in probes(String(line.dropFirst(4)), stage, secrets, caller) {
                    let reply = try await directory.ask(path, as: caller)
                    look(path, reply)
                    guard let twin else { continue }
                    let missing = try await directory.ask(twin, as: caller)
                    #expect(reply == missing, "\(path) tells \(caller.name) more than \(twin)")
                }
            }
        }
        #expect(asked > 500)
        for word in words { #expect(finds[word.text] ?? [] == word.finders, "who finds \(word.text)") }
        #expect(try await state(directory) == before, "asking changed what the directory says")
        try await checkFound(directory, callers)
    }

    @Test("a node that comes late follows the log and knows everybody, and nothing that was taken back")
    func late() async throws {
        let stage = try await PrivacyStage()
        let directory = try await PrivacyDirectory(stage)
        _ = try await fill(directory)
        func work(_ name: String, on node: TestNode) async throws -> WorkProfile? {
            let handle = try theHandle("\(name)@\(PrivacyDirectory.domain)")
            return try await node.store.read { try $0.actor(organisationHandle: handle)?.work }
        }
        let lima = stage.nodes[1]
        for node in [lima, stage.nodes[2], directory.late] {
            #expect(try await work("ada", on: node)?.title == "zqtitle")
            #expect(try await work("colin", on: node)?.contacts == [], "withdrawn, on \(node.authority)")
            #expect(try await work("boris", on: node)?.contacts == [], "narrowed, on \(node.authority)")
            #expect(try await work("gus", on: node) == nil)
        }
        #expect(try await work("ada", on: lima)?.contacts.map(\.value) == ["zqeveryone", "zqentity"])
        #expect(try await work("ada", on: directory.late)?.contacts.map(\.value) == ["zqeveryone"])
        for node in stage.nodes + [directory.late] {
            let alert = try await node.store.read { try $0.nodeState("directory alert") }
            #expect(alert == [], "\(node.authority) sees no contradiction")
            // What it keeps of the log is no more than what it is told.
            let kept = try await node.store.read {
                try $0.registerEntries(containing: "zqwithdrawn", in: nil)
                    + $0.registerEntries(containing: "zqleaver", in: nil)
                    + $0.registerEntries(containing: "zqnarrowed", in: nil)
            }
            #expect(kept.isEmpty)
        }
    }

    // MARK: What there is

    /// The offices join, their people share and take back, write and part; then others join.
    private func fill(_ directory: PrivacyDirectory) async throws -> [Secret] {
        let stage = directory.stage
        func change(_ name: String, _ edit: (inout People.Changes, inout WorkProfile) -> Void) async throws {
            var changes = People.Changes()
            var work = try #require(try await stage.oslo.store.read { try $0.actor(stage.id(name)) }).work
            edit(&changes, &work)
            changes.work = work
            _ = try await stage.oslo.people.change(stage.id(name), changes)
        }
        func contact(_ value: String, _ reach: WorkProfile.Reach) -> WorkProfile.Contact {
            WorkProfile.Contact(kind: .telephone, value: value, reach: reach)
        }
        try await change("ada") { changes, work in
            work.title = "zqtitle"
            work.contacts = [
                contact("zqeveryone", .organisation), contact("zqentity", .entity), contact("zqroom", .node),
            ]
            changes.note = "zqabout"
            changes.fields = [(name: "zqline", value: "zqline")]
        }
        try await change("colin") { $1.contacts = [contact("zqwithdrawn", .organisation)] }
        try await change("boris") { $1.contacts = [contact("zqnarrowed", .entity)] }
        try await change("gus") { $1.title = "zqleaver" }
        try await change("bea") { $1.title = "zqsuspended" }
        try await choose(stage)
        try await stage.settleAll()
        try await directory.synchronise()
        let log = try await directory.node.store.read { try $0.registerEntries("organisation", after: 0) }
        #expect(log.map { String(decoding: $0, as: UTF8.self) }.joined().contains("zqwithdrawn"))
        let secrets = try await stage.writeForSome() + stage.writeForMany()
        try await stage.part()
        try await stage.oslo.people.dismiss(stage.id("bea"), as: .suspended)
        try await change("colin") { $1.contacts = [contact("zqwithdrawn", .node)] }
        try await change("boris") { $1.contacts = [contact("zqnarrowed", .node)] }
        try await directory.synchronise()
        try await directory.joinLate()
        try await directory.synchronise()
        return secrets
    }

    private func choose(_ stage: PrivacyStage) async throws {
        let birthday = Milestone.birthday(try #require(DayOfYear(month: 11, day: 23)))
        for (name, isForAll) in [("ada", false), ("fiona", true)] {
            try await Celebrate(needs: stage.oslo.needs).choose(
                MilestoneChoice([birthday], isForAll: isForAll), by: stage.id(name))
        }
    }

    /// What of the directory's word nobody may change by asking.
    private func state(_ directory: PrivacyDirectory) async throws -> [String] {
        try await directory.node.store.read { transaction in
            try transaction.members().filter { $0.state == .admitted }.map {
                "\($0.authority) \($0.entity) \($0.key)"
            }
                + transaction.registerLogs().map { log in
                    "\(log) \(try transaction.registerHead(log)?.position ?? 0)"
                }
        }
    }

    // MARK: How it is asked

    /// What may stand for a name in a path, whether it is there for whoever asks, and the same that never was.
    private struct Value {
        var text: String
        var isThere: Bool
        var never: String
    }

    /// The requests that a line stands for; beside it the same for something that never was, where it must look so.
    private func probes(
        _ line: String, _ stage: PrivacyStage, _ secrets: [Secret], _ caller: Caller
    ) -> [(path: String, twin: String?)] {
        let isMember = Self.offices.contains(caller.name)
        guard let open = line.firstIndex(of: "{"), let close = line.firstIndex(of: "}") else {
            let isForMembers = ["/nodes", "/organisation", "/register"].contains {
                line == $0 || line.hasPrefix("\($0)?")
            }
            return [(line, isForMembers && !isMember ? "/register?log=entity%20nowhere" : nil)]
        }
        let values: [Value]
        switch line[line.index(after: open)..<close] {
        case "handle":
            let names = stage.people.keys.sorted() + ["cellar", "readers"] + secrets.map(\.word)
            values = names.flatMap { name in
                let isThere = stage.people[name] != nil && name != "gus"
                return [PrivacyDirectory.domain, stage.node(of: name).authority].map { host -> Value in
                    let isKnown = isThere && host == PrivacyDirectory.domain
                    return Value(text: "\(name)@\(host)", isThere: isKnown, never: "nobodyhere@\(host)")
                }
            }
        case "uri":
            let never = "https://\(Cast.oslo)/actors/\(Self.never)"
            let people = stage.people.sorted { $0.key < $1.key }.map { name, actor in
                Value(text: actor.uri.string, isThere: name != "gus", never: never)
            }
            let others = [stage.secretGroup.uri, stage.closedGroup.uri] + secrets.compactMap(\.uri)
            values = people + others.map { Value(text: $0.string, isThere: false, never: never) }
        default:
            let entity = PrivacyDirectory.entities[caller.name] ?? "Monsoon"
            values = ["organisation", "entity%20Nordics", "entity%20Monsoon"].map { log in
                let isOwn = log == "organisation" || log.hasSuffix(entity)
                return Value(text: log, isThere: isMember && isOwn, never: "entity%20nowhere")
            }
        }
        return values.map { value in
            let path = { (text: String) in line.replacing(/\{[a-z]+\}/, with: text) }
            return (path(value.text), value.isThere ? nil : path(value.never))
        }
    }

    /// What is sent to a route, and what of never-known things must be answered the same.
    private func bodies(
        _ path: String, _ directory: PrivacyDirectory, _ caller: Caller
    ) async throws -> [(json: JSONValue, never: JSONValue?)] {
        let home = caller.node?.authority ?? Cast.oslo
        if path == "/enrolment" {
            // Whoever asks again, as another or with what another has used, is what it was.
            let codes = [nil, "guess", directory.invitation(of: directory.stage.oslo)]
            var bodies: [(json: JSONValue, never: JSONValue?)] = []
            for code in codes {
                for entity in ["Nordics", "Monsoon", "elsewhere"] {
                    let json: JSONValue = [
                        "type": "EnrolmentRequest", "baseURL": .string("https://\(home)"),
                        "name": .string("Office \(home)"), "entity": .string(entity), "ranges": [],
                        "invitation": JSONValue(code),
                    ]
                    bodies.append((json, nil))
                }
            }
            return bodies
        }
        var bodies: [(json: JSONValue, never: JSONValue?)] = [(["log": "organisation"], nil)]
        for name in ["ada", "carmen", "chidi"] {
            guard let actor = directory.stage.people[name],
                directory.stage.node(of: name).authority != home || caller.person != nil
            else { continue }
            for log in ["organisation", "entity Nordics", "entity Monsoon"] {
                func departure(_ uri: String) -> JSONValue {
                    ["log": .string(log), "record": ["type": "Departure", "actor": .string(uri)]]
                }
                bodies.append(
                    (departure(actor.uri.string), departure("\(actor.uri.origin)/actors/\(Self.never)")))
                let handle = try theHandle("\(name)@\(PrivacyDirectory.domain)")
                let record = PersonRecord.document(
                    for: actor, handle: handle, reach: .organisation, now: directory.stage.clock.now)
                let seal = caller.node.map { Errands(world: $0.world) }
                bodies.append(
                    (["log": .string(log), "record": try await seal?.prove(record) ?? record], nil))
            }
        }
        return bodies
    }

    /// That what ought to be found is, and where.
    private func checkFound(_ directory: PrivacyDirectory, _ callers: [Caller]) async throws {
        func ask(_ path: String, _ name: String) async throws -> FrontDoor.Reply {
            try await directory.ask(path, as: try #require(callers.first { $0.name == name }))
        }
        for name in Self.offices {
            let list = try await ask("/nodes", name).body
            for office in [Cast.oslo, Cast.lima, Cast.pune, "quito.example"] {
                #expect(list.contains("Office \(office)"), "\(name) does not find \(office)")
            }
            for absent in ["cairo.example", "turku.example", "stray.example"] {
                #expect(!list.contains(absent), "\(name) is told of \(absent)")
            }
            #expect(try await ask("/organisation", name).body.contains(PrivacyDirectory.domain))
            let register = try await ask("/register", name).body
            for handle in ["ada@org.example", "carmen@org.example", "chidi@org.example"] {
                #expect(register.contains(handle), "\(name) does not find \(handle)")
            }
        }
        for (name, code) in [
            ("nobody", 401), ("ada", 404), ("mallory", 404), ("asking", 404), ("outsider", 404),
        ] {
            for path in ["/nodes", "/organisation", "/register", "/register?log=entity%20Nordics"] {
                #expect(try await ask(path, name).code == code, "\(path) for \(name)")
            }
        }
        #expect(try await ask("/register", "removed").code == 403)
        #expect(try await ask("/metrics", "nobody").code == 404)
        #expect(try await ask("/metrics", "administrator").body.contains("hallway_people"))
        let found = try await ask("/.well-known/webfinger?resource=acct:ada@org.example", "nobody")
        #expect(found.body.contains(try #require(directory.stage.people["ada"]).uri.string))
    }
}
