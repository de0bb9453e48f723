@testable import Directory
import Domain
import Foundation
import JSON
import Signatures
@testable import Storage
import Support
import Testing

@Suite("Registrar")
struct RegistrarTests {
    let clock = TestClock()
    let store: TestStore
    let registrar: Registrar
    let anchorKey: String
    let nodeKey: PrivateKey
    let application: Actor

    init() async throws {
        let store = try TestStore()
        let clock = self.clock
        let uri = try theURI("https://org.example/actor")
        let method = try theURI("https://org.example/actor#k")
        let anchor = try PrivateKey.makeEd25519()
        anchorKey = Multikey.encode(try anchor.publicKey())
        let own = Actor(
            id: ActorID(1), uri: uri, kind: .application, name: "org", host: nil,
            endpoints: .init(inbox: uri), createdAt: clock.now)
        let key = ActorKey(
            id: method, actor: own.id, kind: .ed25519, publicKey: try anchor.publicKey().raw)
        try await store.write { transaction in
            try transaction.save(own)
            try transaction.save(key)
        }
        registrar = Registrar(
            store: store,
            seal: Seal { document in
                try ObjectProof.add(to: document, key: anchor, method: method.string, created: clock.now)
            }, ids: IDSource { clock.now }, issuer: try theURI("https://org.example/"),
            domain: "org.example", now: { clock.now }, changed: {})
        self.store = store
        nodeKey = try PrivateKey.makeEd25519()
        let node = try theURI("https://\(Cast.oslo)/actor")
        application = Actor(
            id: ActorID(2), uri: node, kind: .application, name: "oslo", host: Cast.oslo,
            endpoints: .init(inbox: node), createdAt: clock.now)
    }

    func enrol(entity: String, invitation: String?, key: PrivateKey? = nil) async throws -> Member {
        try await registrar.enrol(
            [
                "type": "EnrolmentRequest", "baseURL": .string("https://\(Cast.oslo)"), "name": "Oslo",
                "entity": .string(entity), "ranges": [], "invitation": JSONValue(invitation),
            ], application: application, key: Multikey.encode(try (key ?? nodeKey).publicKey()))
    }

    func submit(_ title: String, by member: Member, to log: String = RegisterEntry.organisation) async throws
    {
        let uri = try theURI("https://\(Cast.oslo)/actors/7")
        var ada = Actor(
            id: ActorID(7), uri: uri, kind: .person, name: "ada", host: nil,
            endpoints: .init(inbox: uri.sibling("/actors/7/inbox")), createdAt: clock.now)
        ada.work.title = title
        let record = PersonRecord.document(
            for: ada, handle: try theHandle("ada@org.example"), reach: .organisation, now: clock.now)
        try await registrar.submit(
            try ObjectProof.add(
                to: record, key: nodeKey, method: "https://\(Cast.oslo)/actor#k", created: clock.now),
            log: log, by: member)
    }

    /// Follows a log from its start, as a node does.
    func follow(_ page: JSONValue, log: String = RegisterEntry.organisation) throws -> [RegisterEntry] {
        let own = Multikey.encode(try nodeKey.publicKey())
        var head: (position: Int64, hash: [UInt8])?
        return try (page["entries"] ?? .null).list.map { document in
            let entry = try RegisterEntry(
                document, log: log, after: head, key: anchorKey,
                nodeKey: { $0 == Cast.oslo ? own : nil }, id: ActorID(9), now: clock.now)
            head = (entry.position, entry.hash)
            return entry
        }
    }

    @Test("an admitted node stays in the entity that it was admitted in, until it is invited to another")
    func entity() async throws {
        let code = try await registrar.invite()
        #expect(try await enrol(entity: "Nordics", invitation: code).entity == "Nordics")
        let again = try await enrol(entity: "Monsoon", invitation: code)
        #expect((again.entity, again.state) == ("Nordics", .admitted))
        let other = try PrivateKey.makeEd25519()
        let changed = try await enrol(entity: "Monsoon", invitation: code, key: other)
        #expect(changed.state == .asking, "a used code lets in no other key")
        await #expect(throws: Refusal.self) {
            try await registrar.entries(of: "entity Monsoon", after: 0, for: again)
        }
        let invited = try await enrol(entity: "Monsoon", invitation: registrar.invite())
        #expect((invited.entity, invited.state) == ("Monsoon", .admitted))
    }

    @Test("what a later entry replaces is withheld, by which the chain is followed all the same")
    func withheld() async throws {
        let member = try await enrol(entity: "Nordics", invitation: registrar.invite())
        for title in ["first", "second", "third"] { try await submit(title, by: member) }
        var page = try await registrar.entries(of: RegisterEntry.organisation, after: 0, for: member)
        #expect(!page.text.contains("first") && !page.text.contains("second"))
        #expect(page.text.contains("third"))
        let read = try follow(page)
        #expect(read.map(\.position) == [1, 2, 3])
        let checkpoint = try Checkpoint(
            page["checkpoint"] ?? .null, log: RegisterEntry.organisation, key: anchorKey, now: clock.now)
        #expect(read.last?.hash == checkpoint.hash)
        let log = RegisterEntry.log(entity: "Nordics")
        try await submit("fourth", by: member, to: log)
        try await registrar.dismiss(theHandle("ada@org.example"))
        page = try await registrar.entries(of: RegisterEntry.organisation, after: 0, for: member)
        #expect(!page.text.contains("third"))
        #expect(try follow(page).count == 4)
        page = try await registrar.entries(of: log, after: 0, for: member)
        #expect(!page.text.contains("fourth"), "a departure is of every log")
        let last = try Checkpoint(page["checkpoint"] ?? .null, log: log, key: anchorKey, now: clock.now)
        #expect(try follow(page, log: log).last?.hash == last.hash)
    }

    @Test("a withheld entry that does not keep its place, or that is not the directory's, is refused")
    func refused() async throws {
        let member = try await enrol(entity: "Nordics", invitation: registrar.invite())
        for title in ["first", "second"] { try await submit(title, by: member) }
        let page = try await registrar.entries(of: RegisterEntry.organisation, after: 0, for: member)
        guard case .object(var entry)? = page["entries"]?.list.first else { throw NoEntry() }
        let other = try PrivateKey.makeEd25519()
        for (name, value) in [("hash", "00"), ("position", 2), ("previous", "00")] as [(String, JSONValue)] {
            var changed = entry
            changed[name] = value
            let forged = changed
            #expect(throws: DirectoryFault.self, "as it stands") {
                try follow(["entries": [.object(forged)]])
            }
        }
        entry["proof"] = nil
        let bare = JSONValue.object(entry)
        #expect(throws: DirectoryFault.self, "unsigned") { try follow(["entries": [bare]]) }
        let foreign = try ObjectProof.add(
            to: bare, key: other, method: "https://org.example/actor#k", created: clock.now)
        #expect(throws: DirectoryFault.self, "another's") { try follow(["entries": [foreign]]) }
    }

    @Test("what earlier versions left in the logs is withheld when the directory starts, once")
    func older() async throws {
        let member = try await enrol(entity: "Nordics", invitation: registrar.invite())
        var written: [[UInt8]] = []
        for title in ["first", "second"] {
            try await submit(title, by: member)
            let page = try await registrar.entries(of: RegisterEntry.organisation, after: 0, for: member)
            written.append(try #require(page["entries"]?.list.last).bytes)
        }
        // As they stood before.
        let old = written[0]
        try await store.write { try $0.replaceRegister(RegisterEntry.organisation, position: 1, by: old) }
        try await registrar.withholdOlder()
        var page = try await registrar.entries(of: RegisterEntry.organisation, after: 0, for: member)
        #expect(!page.text.contains("first") && page.text.contains("second"))
        #expect(try follow(page).count == 2)
        try await registrar.withholdOlder()
        page = try await registrar.entries(of: RegisterEntry.organisation, after: 0, for: member)
        #expect(try follow(page).count == 2)
    }

    @Test("a directory that was brought back goes on beyond what nodes have seen, in every log")
    func resumption() async throws {
        let log = RegisterEntry.organisation
        let member = try await enrol(entity: "Nordics", invitation: registrar.invite())
        for title in ["first", "second", "third"] { try await submit(title, by: member) }
        let seen = try follow(try await registrar.entries(of: log, after: 0, for: member))
        let code = try await registrar.invite()
        let version = try #require(try await registrar.nodeList()["version"]?.int)
        // In the copy there are two, and somebody has heard the third.
        try await store.write { _ = try $0.run("DELETE FROM register_entry WHERE position > 2") }
        try await Resumption.resume(store, at: clock.now)
        try await submit("fourth", by: member)
        let page = try await registrar.entries(of: log, after: 3, for: member)
        let documents = (page["entries"] ?? .null).list
        #expect(documents.count == 2)
        let own = Multikey.encode(try nodeKey.publicKey())
        func read(
            _ document: JSONValue, after head: (position: Int64, hash: [UInt8])?, origin: [UInt8]?
        ) throws -> RegisterEntry {
            try RegisterEntry(
                document, log: log, after: head, origin: origin, key: anchorKey, nodeKey: { _ in own },
                id: ActorID(9), now: clock.now)
        }
        let first = try #require(documents.first)
        let resumed = try read(first, after: (3, seen[2].hash), origin: seen[1].hash)
        let last = try #require(documents.last)
        let next = try read(last, after: (resumed.position, resumed.hash), origin: nil)
        let checkpoint = try Checkpoint(
            page["checkpoint"] ?? .null, log: log, key: anchorKey, now: clock.now)
        #expect(checkpoint.size == next.position && checkpoint.hash == next.hash)
        #expect(throws: DirectoryFault.self, "to whom it said something else before") {
            try read(first, after: (3, seen[2].hash), origin: Digest.sha256([2]))
        }
        #expect(throws: DirectoryFault.self, "once more") {
            try read(first, after: (resumed.position, resumed.hash), origin: seen[1].hash)
        }
        let entity = RegisterEntry.log(entity: "Nordics")
        let other = try await registrar.entries(of: entity, after: 7, for: member)
        #expect((other["entries"] ?? .null).list.count == 1)
        let raised = try #require(try await registrar.nodeList()["version"]?.int)
        #expect(raised > version)
        let stranger = try PrivateKey.makeEd25519()
        #expect(try await enrol(entity: "Nordics", invitation: code, key: stranger).state == .asking)
    }

    @Test("what is older is withheld also in a log that was brought back", .timeLimit(.minutes(10)))
    func olderThanResumed() async throws {
        let member = try await enrol(entity: "Nordics", invitation: registrar.invite())
        try await submit("first", by: member)
        let page = try await registrar.entries(of: RegisterEntry.organisation, after: 0, for: member)
        let old = try #require(page["entries"]?.list.first).bytes
        try await Resumption.resume(store, at: clock.now)
        try await submit("second", by: member)
        try await store.write { try $0.replaceRegister(RegisterEntry.organisation, position: 1, by: old) }
        try await registrar.withholdOlder()
        let left = try await registrar.entries(of: RegisterEntry.organisation, after: 0, for: member)
        #expect(!left.text.contains("first") && left.text.contains("second"))
    }

    @Test("a node's database is no directory's, and a clock that is behind brings nothing back")
    func noResumption() async throws {
        await #expect(throws: Refusal.self) { try await Resumption.resume(TestStore(), at: clock.now) }
        _ = try await enrol(entity: "Nordics", invitation: registrar.invite())
        await #expect(throws: Refusal.self) {
            try await Resumption.resume(store, at: Date(timeIntervalSince1970: 0))
        }
    }

    private struct NoEntry: Error {}
}
