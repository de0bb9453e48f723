import Directory
import Domain
import Foundation
import JSON
import Signatures
import Storage
import Support
import Testing

@Suite("Register")
struct RegisterTests {
    let clock = TestClock()
    let anchor: PrivateKey
    let nodeKey: PrivateKey
    let store: TestStore
    let directory: ObjectURI

    init() throws {
        anchor = try PrivateKey.makeEd25519()
        nodeKey = try PrivateKey.makeEd25519()
        store = try TestStore()
        directory = try theURI("https://org.example/")
    }

    var anchorKey: String { get throws { Multikey.encode(try anchor.publicKey()) } }
    var ids: IDSource { IDSource { clock.now } }

    func sign(_ json: JSONValue, _ key: PrivateKey? = nil) throws -> JSONValue {
        try ObjectProof.add(
            to: json, key: key ?? anchor, method: "https://org.example/actor#k", created: clock.now)
    }

    func ada(on host: String = Cast.oslo) throws -> Actor {
        let uri = try theURI("https://\(host)/actors/1")
        var actor = Actor(
            id: ActorID(1), uri: uri, kind: .person, name: "ada", host: nil, displayName: "Ada Lovelace",
            endpoints: .init(inbox: uri.sibling("/actors/1/inbox")), createdAt: clock.now)
        actor.work.title = "Analyst"
        actor.work.contacts = [
            .init(kind: .email, value: "ada@oslo.example", reach: .organisation),
            .init(kind: .telephone, value: "17", reach: .entity),
            .init(kind: .location, value: "Room 4", reach: .node),
        ]
        return actor
    }

    func record(_ actor: Actor? = nil, reach: WorkProfile.Reach = .organisation) throws -> JSONValue {
        let handle = try theHandle("ada@org.example")
        return try sign(
            PersonRecord.document(for: actor ?? ada(), handle: handle, reach: reach, now: clock.now), nodeKey)
    }

    func entry(
        _ record: JSONValue, position: Int64 = 1, previous: [UInt8] = [], key: PrivateKey? = nil,
        after head: (position: Int64, hash: [UInt8])? = nil
    ) throws -> RegisterEntry {
        let document = try sign(
            RegisterEntry.document(
                log: RegisterEntry.organisation, position: position, previous: previous, record: record,
                now: clock.now),
            key)
        let own = Multikey.encode(try nodeKey.publicKey())
        return try RegisterEntry(
            document, log: RegisterEntry.organisation, after: head, key: anchorKey,
            nodeKey: { $0 == Cast.oslo ? own : nil }, id: ids.next(), now: clock.now)
    }

    @Test("a person in the register is found by name, title and handle, and refused once they left (N113)")
    func welcomeAndLeave() async throws {
        let first = try entry(record())
        let date = clock.now
        try await store.write { try Register.apply(first, isOwn: { _ in false }, at: date, in: $0) }
        var query = ColleagueQuery()
        query.text = "lovelace analyst"
        let search = query
        let found = try await store.read { try $0.colleagues(search) }
        #expect(found.map(\.displayName) == ["Ada Lovelace"])
        let handle = try theHandle("ada@org.example")
        #expect(try await store.read { try $0.actor(organisationHandle: handle)?.uri } == ada().uri)
        let head = try #require(try await store.read { try $0.registerHead(RegisterEntry.organisation) })
        let second = try entry(
            RegisterEntry.departure(of: handle, actor: ada().uri), position: 2, previous: head.hash,
            after: head)
        try await store.write { try Register.apply(second, isOwn: { _ in false }, at: date, in: $0) }
        #expect(try await store.read { try $0.colleagues(search) }.isEmpty)
        #expect(try await store.read { try $0.actor(try ada().uri)?.state } == .left)
    }

    @Test("whoever has left does not come back by the word of a directory that has forgotten it")
    func noReturn() async throws {
        let date = clock.now
        let handle = try theHandle("ada@org.example")
        let first = try entry(record())
        let second = try entry(
            RegisterEntry.departure(of: handle, actor: ada().uri), position: 2, previous: first.hash,
            after: (1, first.hash))
        let third = try entry(record(), position: 3, previous: second.hash, after: (2, second.hash))
        try await store.write { transaction in
            for entry in [first, second, third] {
                try Register.apply(entry, isOwn: { _ in false }, at: date, in: transaction)
            }
        }
        #expect(try await store.read { try $0.actor(try ada().uri)?.state } == .left)
        #expect(try await store.read { try $0.handleHolder(handle)?.hasLeft } == true)
        #expect(try await store.read { try $0.registerHead(RegisterEntry.organisation)?.position } == 3)
    }

    @Test("contacts travel no further than their owner said")
    func reach() throws {
        let organisation = try PersonRecord(record(), id: ids.next(), now: clock.now)
        #expect(organisation.actor.work.contacts.map(\.kind) == [.email])
        let entity = try PersonRecord(record(reach: .entity), id: ids.next(), now: clock.now)
        #expect(entity.actor.work.contacts.map(\.kind) == [.email, .telephone])
    }

    @Test("a fork, a gap, a foreign signature and a stranger's record are refused (N109, N110)")
    func refused() throws {
        let head = (position: Int64(3), hash: Digest.sha256([1]))
        #expect(throws: DirectoryFault.self, "a gap") {
            try entry(record(), position: 5, previous: head.hash, after: head)
        }
        #expect(throws: DirectoryFault.self, "another past") {
            try entry(record(), position: 4, previous: Digest.sha256([2]), after: head)
        }
        #expect(throws: DirectoryFault.self, "not the directory") { try entry(record(), key: nodeKey) }
        #expect(throws: DirectoryFault.self, "not the node: its word is the back-link (N114)") {
            try entry(
                sign(
                    PersonRecord.document(
                        for: ada(), handle: try theHandle("ada@org.example"), reach: .organisation,
                        now: clock.now)))
        }
        #expect(throws: DirectoryFault.outsideConstraint(Cast.lima)) { try entry(record(ada(on: Cast.lima))) }
    }

    @Test("statements expire, and name nobody but their node (N108)")
    func statements() throws {
        let application = try theURI("https://\(Cast.oslo)/actor")
        let member = Member(
            authority: Cast.oslo, name: "Oslo", application: application, entity: "A", key: try anchorKey,
            ranges: [],
            expiresAt: clock.now, state: .admitted, document: [])
        let document = try sign(NodeStatement.document(for: member, issuer: directory, now: clock.now))
        let read = try NodeStatement(document, key: anchorKey, issuer: directory, now: clock.now)
        #expect(read.member.authority == Cast.oslo)
        #expect(throws: DirectoryFault.expired) {
            try NodeStatement(document, key: anchorKey, issuer: directory, now: clock.now + 86401)
        }
        #expect(throws: DirectoryFault.self) {
            try NodeStatement(
                document, key: Multikey.encode(try nodeKey.publicKey()), issuer: directory, now: clock.now)
        }
        let list = try sign(
            NodeList.document(version: 4, statements: [document], issuer: directory, now: clock.now))
        #expect(throws: DirectoryFault.self, "rollback") {
            try NodeList(list, key: anchorKey, issuer: directory, seen: 5, now: clock.now)
        }
        #expect(
            try NodeList(list, key: anchorKey, issuer: directory, seen: 4, now: clock.now).statements.count
                == 1)
    }

    @Test("a member is trusted for a week after its statement lapsed, and no longer (N116)")
    func grace() throws {
        let application = try theURI("https://\(Cast.oslo)/actor")
        var member = Member(
            authority: Cast.oslo, name: "", application: application, entity: "", key: "", ranges: [],
            expiresAt: clock.now, state: .admitted, document: [])
        #expect(member.isAdmitted(at: clock.now + 6 * 86400))
        #expect(!member.isAdmitted(at: clock.now + 8 * 86400))
        member.state = .asking
        #expect(!member.isAdmitted(at: clock.now), "N112")
    }

    @Test("an invitation admits one node, once")
    func invitations() async throws {
        let hash = Digest.sha256("code".utf8)
        let date = clock.now
        try await store.write { try $0.insertInvitation(hash: hash, createdAt: date, expiresAt: date + 60) }
        #expect(try await !store.write { try $0.spendInvitation(hash: hash, node: Cast.oslo, at: date + 61) })
        #expect(try await store.write { try $0.spendInvitation(hash: hash, node: Cast.oslo, at: date) })
        #expect(try await !store.write { try $0.spendInvitation(hash: hash, node: Cast.lima, at: date) })
        #expect(
            try await !store.write { try $0.spendInvitation(hash: hash, node: Cast.oslo, at: date) },
            "else a node that was removed let itself in again")
    }
}
