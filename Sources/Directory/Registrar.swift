public import Domain
public import FoundationEssentials
public import JSON
import Signatures
public import Storage

/// The directory's own desk: admits nodes, countersigns people, hands out what it signed.
public struct Registrar: Sendable {
    private let store: any Store
    private let seal: Seal
    private let ids: IDSource
    private let issuer: ObjectURI
    private let domain: String
    private let now: @Sendable () -> Date
    /// Called when there is news for the nodes.
    private let changed: @Sendable () -> Void

    /// `issuer`: the directory's own address. `domain`: the host part of handles in the organisation.
    public init(
        store: any Store, seal: Seal, ids: IDSource, issuer: ObjectURI, domain: String,
        now: @escaping @Sendable () -> Date, changed: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.seal = seal
        self.ids = ids
        self.issuer = issuer
        self.domain = domain
        self.now = now
        self.changed = changed
    }

    // MARK: Nodes

    /// Makes an invitation; the code is told once. `lifetime`: seconds for which it can be used.
    public func invite(lifetime: Double = 7 * 86400) async throws -> String {
        let code = RandomBytes.word()
        let date = now()
        try await store.write {
            try $0.insertInvitation(
                hash: Digest.sha256(code.utf8), createdAt: date, expiresAt: date.addingTimeInterval(lifetime))
        }
        return code
    }

    /// Takes a request to join, which the node's own actor signed and whose document was read from its own
    /// host. `application`: the signer. `key`: its Ed25519 key as a Multikey. Returns how it stands now;
    /// without an invitation an administrator compares fingerprints.
    public func enrol(_ request: JSONValue, application: Actor, key: String) async throws -> Member {
        guard application.kind == .application, request["type"]?.string == "EnrolmentRequest",
            request["baseURL"]?.string.flatMap({ ObjectURI($0) })?.origin == application.uri.origin
        else { throw Refusal.malformed(because: "the request is not signed by the node's own actor") }
        let ranges = (request["ranges"] ?? .null).list.compactMap(\.string)
        guard ranges.count <= 16, ranges.allSatisfy({ $0.utf8.count <= 64 }) else {
            throw Refusal.invalid(field: "ranges", because: "are at most 16")
        }
        let invitation = request["invitation"]?.string.map { Digest.sha256($0.utf8) }
        let date = now()
        let authority = application.uri.authority
        let fresh = Member(
            authority: authority, name: (request["name"]?.string ?? authority).shortened(to: 100),
            application: application.uri, entity: (request["entity"]?.string ?? "").shortened(to: 100),
            key: key,
            ranges: ranges, expiresAt: date.addingTimeInterval(NodeStatement.lifetime), state: .asking,
            document: [])
        let (member, isNews) = try await store.write { transaction -> (Member, Bool) in
            let before = try transaction.member(authority)
            var member = fresh
            let isInvited =
                try invitation.map {
                    try transaction.spendInvitation(hash: $0, node: authority, at: date)
                } ?? false
            // An admitted node stays so under the key it was admitted with; another key needs a person's eyes.
            let isKnown = before?.state == .admitted && before?.key == key
            if isInvited || isKnown { member.state = .admitted }
            // And in its entity: if its own word were enough, every node could read every entity's log.
            if isKnown, !isInvited, let before { member.entity = before.entity }
            if before?.state == .removed, !isInvited {
                throw Refusal.notAllowed(because: "this node was removed from the organisation")
            }
            try transaction.save(member)
            let isNews = before?.state != member.state || before?.key != key
            if isNews { try Self.raiseVersion(in: transaction) }
            return (member, isNews)
        }
        if isNews { changed() }
        return member
    }

    /// Admits the node that asks with this fingerprint.
    public func approve(fingerprint: String) async throws -> Member {
        let wanted = fingerprint.lowercased().filter(\.isHexDigit)
        let member = try await store.write { transaction -> Member in
            let asking = try transaction.members().filter { $0.state == .asking }
            guard wanted.count == 32,
                var member = asking.first(where: { Fingerprint.of($0.key).filter(\.isHexDigit) == wanted })
            else { throw Refusal.notFound("A node that asks with this fingerprint") }
            member.state = .admitted
            try transaction.save(member)
            try Self.raiseVersion(in: transaction)
            return member
        }
        changed()
        return member
    }

    /// Removes a node; every other stops dealing with it as soon as it reads the list.
    public func remove(node authority: String) async throws {
        try await store.write { transaction in
            guard var member = try transaction.member(authority) else { throw Refusal.notFound("Node") }
            member.state = .removed
            try transaction.save(member)
            try Self.raiseVersion(in: transaction)
        }
        changed()
    }

    /// The signed list, fresh.
    public func nodeList() async throws -> JSONValue {
        let (members, version) = try await store.read { transaction in
            (try transaction.members(), try Self.version(in: transaction))
        }
        var statements: [JSONValue] = []
        for member in members where member.state == .admitted {
            statements.append(
                try await seal.sign(NodeStatement.document(for: member, issuer: issuer, now: now())))
        }
        return try await seal.sign(
            NodeList.document(version: version, statements: statements, issuer: issuer, now: now()))
    }

    static func version(in transaction: Transaction) throws -> Int64 {
        try transaction.nodeState("list version").flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
    }

    private static func raiseVersion(in transaction: Transaction) throws {
        try transaction.setNodeState("list version", to: Array(String(try version(in: transaction) + 1).utf8))
    }

    // MARK: People

    /// Countersigns what a node says of one of its people. `record`: signed by the node (``PersonRecord``),
    /// or a departure. `log`: ``RegisterEntry/organisation`` or the node's own entity's. Throws ``Refusal``
    /// for a handle that is taken, or a person that is not the node's.
    public func submit(_ record: JSONValue, log: String, by member: Member) async throws {
        guard log == RegisterEntry.organisation || log == RegisterEntry.log(entity: member.entity) else {
            throw Refusal.notAllowed(because: "a node writes to its own logs")
        }
        if record["type"]?.string == "Departure" {
            // In an entity's log it would be heard by that entity alone.
            guard log == RegisterEntry.organisation else {
                throw Refusal.notAllowed(because: "who leaves leaves the whole organisation")
            }
            guard let actor = record["actor"]?.string.flatMap({ ObjectURI($0) }),
                actor.authority == member.authority,
                let handle = try await store.read({ try $0.registeredHandle(of: actor) })
            else { throw Refusal.notFound("Person") }
            return try await append(RegisterEntry.departure(of: handle, actor: actor), log: log)
        }
        let read: PersonRecord
        do {
            try Seal.check(record, by: member.key, now: now())
            read = try PersonRecord(record, id: ids.next(), now: now())
            guard read.node == member.authority, read.handle.host == domain else {
                throw Refusal.notAllowed(because: "the record is outside what this node may say")
            }
        } catch let fault as DirectoryFault {
            throw Refusal.malformed(because: "the record is not acceptable: \(fault)")
        }
        try await append(record, log: log) { try Self.checkHandle(read, in: $0) }
    }

    /// A person leaves: told to every node at once (N113).
    public func dismiss(_ handle: Handle) async throws {
        guard let holder = try await store.read({ try $0.handleHolder(handle) }) else {
            throw Refusal.notFound("Person")
        }
        try await append(
            RegisterEntry.departure(of: handle, actor: holder.actor), log: RegisterEntry.organisation)
    }

    /// Handles are unique, and not given to another while someone may still be looked for under them (N67).
    /// Who has left does not come back by another name either.
    private static func checkHandle(_ record: PersonRecord, in transaction: Transaction) throws {
        let holder = try transaction.handleHolder(record.handle)
        guard holder == nil || holder?.actor == record.actor.uri else {
            throw Refusal.invalid(field: "Handle", because: "has already been taken")
        }
        guard try !transaction.hasLeft(record.actor.uri) else {
            throw Refusal.notAllowed(because: "this person has left the organisation")
        }
    }

    /// `record`: nil to have the log come as far as the directory was resumed (``Resumption``), which everything else does
    /// first. `check`: what must hold in the very transaction that writes.
    private func append(
        _ record: JSONValue?, log: String, check: @escaping @Sendable (Transaction) throws -> Void = { _ in }
    ) async throws {
        // The proof is made outside the transaction, so someone may have been faster: then it is made anew.
        for _ in 0..<20 {
            let (head, base) = try await store.read {
                (try $0.registerHead(log), try Resumption.base(in: $0))
            }
            let last = head?.position ?? 0
            let resumes = last < base
            guard let record = resumes ? Resumption.record(after: last) : record else { return }
            let document = try await seal.sign(
                RegisterEntry.document(
                    log: log, position: resumes ? base : last + 1, previous: head?.hash ?? [], record: record,
                    now: now()))
            let date = now()
            let entry = try await entry(document, log: log, after: head)
            do {
                try await store.write { transaction in
                    guard try transaction.registerHead(log)?.position ?? 0 == last else {
                        throw StorageError.busy
                    }
                    if !resumes { try check(transaction) }
                    try Register.apply(entry, isOwn: { _ in false }, at: date, in: transaction)
                }
                changed()
                if !resumes { return }
            } catch StorageError.busy {
                continue
            }
        }
        throw Refusal.unavailable(because: "the register is busy")
    }

    private func entry(
        _ document: JSONValue, log: String, after head: (position: Int64, hash: [UInt8])?
    ) async throws -> RegisterEntry {
        let keys = Dictionary(
            try await store.read { try $0.members() }.map { ($0.authority, $0.key) }, uniquingKeysWith: { $1 }
        )
        guard let own = document["proof"]?["verificationMethod"]?.string, let key = try await ownKey(own)
        else {
            throw DirectoryFault.malformed("own key")
        }
        return try RegisterEntry(
            document, log: log, after: head, origin: head?.hash, key: key, nodeKey: { keys[$0] },
            id: ids.next(), now: now())
    }

    private func ownKey(_ method: String) async throws -> String? {
        guard let id = ObjectURI(method), let key = try await store.read({ try $0.actorKey(id) }) else {
            return nil
        }
        return Multikey.encode(try PublicKey(ed25519: key.publicKey))
    }

    /// Takes out of older logs what later entries, and departures, have taken the place of; once.
    public func withholdOlder() async throws {
        try await store.write { transaction in
            guard try transaction.nodeState("register withheld") == nil else { return }
            try Register.withholdOlder(in: transaction)
            try transaction.setNodeState("register withheld", to: [1])
        }
    }

    /// Entries after a position with a checkpoint, for a node that may follow the log.
    public func entries(of log: String, after position: Int64, for member: Member) async throws -> JSONValue {
        guard log == RegisterEntry.organisation || log == RegisterEntry.log(entity: member.entity) else {
            throw Refusal.notFound("Log")
        }
        try await append(nil, log: log)
        let (entries, head) = try await store.read { transaction in
            (try transaction.registerEntries(log, after: position), try transaction.registerHead(log))
        }
        let checkpoint = try await seal.sign(
            Checkpoint.document(log: log, size: head?.position ?? 0, hash: head?.hash ?? [], now: now()))
        var documents: [JSONValue] = []
        for entry in entries {
            let document = try JSONParser.parse(entry)
            documents.append(document["proof"] == nil ? try await seal.sign(document) : document)
        }
        return ["type": "RegisterPage", "entries": .array(documents), "checkpoint": checkpoint]
    }
}
