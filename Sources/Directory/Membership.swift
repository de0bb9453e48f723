public import Domain
public import FoundationEssentials
public import JSON
public import Logging
public import ServiceLifecycle
import Signatures
public import Storage

/// A node's side of the directory: joins, follows the list and the register into its own database, and tells the
/// directory of its own people. While the directory is silent, everything known goes on (N116).
public struct Membership: Service {
    /// Asks the directory, signed by the node's own actor.
    ///
    /// - Returns: the answer and the directory's clock.
    public typealias Ask =
        @Sendable (_ method: String, _ url: ObjectURI, _ body: JSONValue?) async throws -> (
            code: Int, body: JSONValue, date: Date?
        )

    static let cursor = "directory"
    let store: any Store
    let ids: IDSource
    let addresses: Addresses
    let directory: ObjectURI
    let enrolment: Enrolment
    let seal: Seal
    let ask: Ask
    let wait: @Sendable () async -> Void
    let changed: @Sendable () -> Void
    let consequences: Register.Consequences
    let now: @Sendable () -> Date
    let logger: Logger

    /// What a node says of itself when it joins.
    public struct Enrolment: Sendable {
        public var name: String
        public var entity: String
        public var invitation: String?
        public var ranges: [String]

        public init(name: String, entity: String, invitation: String?, ranges: [String]) {
            self.name = name
            self.entity = entity
            self.invitation = invitation
            self.ranges = ranges
        }
    }

    /// `seal`: adds proofs by the node's own key. `wait`: until there may be news: rung by the directory's
    /// notice and by changes here, or after some seconds. `changed`: called when people changed, so that open
    /// streams of leavers end. `consequences`: what the register's words lead to here, in their transaction.
    public init(
        store: any Store, ids: IDSource, addresses: Addresses, directory: ObjectURI, enrolment: Enrolment,
        seal: Seal,
        ask: @escaping Ask, wait: @escaping @Sendable () async -> Void,
        changed: @escaping @Sendable () -> Void, consequences: Register.Consequences,
        now: @escaping @Sendable () -> Date, logger: Logger
    ) {
        self.store = store
        self.ids = ids
        self.addresses = addresses
        self.directory = directory
        self.enrolment = enrolment
        self.seal = seal
        self.ask = ask
        self.wait = wait
        self.changed = changed
        self.consequences = consequences
        self.now = now
        self.logger = logger
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var unknown: UnknownEvent?
            while !Task.isCancelled {
                do {
                    if try await store.claim("membership") { try await synchronise() }
                } catch let event as UnknownEvent {
                    // A process of the release that wrote it takes over.
                    await store.release("membership")
                    if event != unknown {
                        logger.warning(
                            "an event is left to a later release",
                            metadata: ["drain": "\(Self.cursor)", "kind": "\(event.kind)"])
                    }
                    unknown = event
                } catch let fault as DirectoryFault {
                    logger.error("the directory is not believed", metadata: ["fault": "\(fault)"])
                    await alert("\(fault)")
                } catch {
                    logger.warning("the directory does not answer", metadata: ["fault": "\(error)"])
                }
                await wait()
            }
        }
    }

    /// One round: the pin, the list, the register, then our own people.
    ///
    /// - Throws: ``DirectoryFault`` when the directory contradicts itself or what was seen of it before.
    public func synchronise() async throws {
        let key = try await pinnedKey()
        guard try await isAdmitted() else { return }
        let entity = try await readNodes(key: key)
        for log in [RegisterEntry.organisation, RegisterEntry.log(entity: entity)] {
            try await readRegister(log, key: key)
        }
        try await Announcements(membership: self, entity: entity).run()
        try await store.write { [now] in
            try $0.setNodeState("directory seen", to: Array(String(now().timeIntervalSince1970).utf8))
            try $0.setNodeState("directory alert", to: [])
        }
    }

    /// The directory's key: taken on first sight, and from then on no other (administrators compare fingerprints).
    private func pinnedKey() async throws -> String {
        if let pinned = try await store.read({ try $0.nodeState("directory key") }) {
            return String(decoding: pinned, as: UTF8.self)
        }
        let (code, actor, _) = try await ask("GET", directory.sibling("/actor"), nil)
        guard code == 200, let key = actor["assertionMethod"]?.list.first?["publicKeyMultibase"]?.string,
            (try? Multikey.decode(key)) != nil
        else { throw Refusal.unavailable(because: "the directory shows no key") }
        try await store.write { try $0.setNodeState("directory key", to: Array(key.utf8)) }
        logger.notice("directory pinned", metadata: ["fingerprint": "\(Fingerprint.of(key))"])
        return key
    }

    private func isAdmitted() async throws -> Bool {
        let body: JSONValue = [
            "type": "EnrolmentRequest", "baseURL": .string(addresses.base.origin),
            "name": .string(enrolment.name),
            "entity": .string(enrolment.entity), "ranges": .array(enrolment.ranges.map { .string($0) }),
            "invitation": JSONValue(enrolment.invitation),
        ]
        let (code, answer, date) = try await ask("POST", directory.sibling("/enrolment"), body)
        if let date {
            let skew = Int(now().timeIntervalSince(date))
            try await store.write { try $0.setNodeState("directory skew", to: Array(String(skew).utf8)) }
        }
        guard code == 200, answer["state"]?.string == "admitted" else {
            logger.notice(
                "waiting to be admitted by the directory",
                metadata: [
                    "fingerprint": "\(Self.word("fingerprint", of: answer))", "answer": "\(code)",
                    "reason": "\(Self.word("error", of: answer))",
                ])
            return false
        }
        return true
    }

    /// What the directory says, as a log may hold it.
    static func word(_ name: String, of answer: JSONValue) -> String {
        (answer[name]?.string ?? "").onOneLine()
    }

    /// - Returns: the entity that the directory says this node belongs to.
    private func readNodes(key: String) async throws -> String {
        let (code, document, _) = try await ask("GET", directory.sibling("/nodes"), nil)
        guard code == 200 else { throw Refusal.unavailable(because: "the directory answered \(code)") }
        let seen = try await store.read { transaction in
            try transaction.nodeState("list version").flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
                ?? 0
        }
        let list = try NodeList(document, key: key, issuer: directory, seen: seen, now: now())
        try await store.write { [addresses] transaction in
            let listed = Set(list.statements.map(\.member.authority))
            for var member in try transaction.members() where !listed.contains(member.authority) {
                member.state = .removed
                try transaction.save(member)
            }
            for statement in list.statements where statement.member.authority != addresses.authority {
                try transaction.save(statement.member)
            }
            try transaction.setNodeState("list version", to: Array(String(list.version).utf8))
        }
        return list.statements.first { $0.member.authority == addresses.authority }?.member.entity
            ?? enrolment.entity
    }

    private func readRegister(_ log: String, key: String) async throws {
        while !Task.isCancelled {
            let head = try await store.read { try $0.registerHead(log) }
            let path = "/register?log=\(log.replacing(" ", with: "%20"))&after=\(head?.position ?? 0)"
            let (code, page, _) = try await ask("GET", directory.sibling(path), nil)
            guard code == 200 else { throw Refusal.unavailable(because: "the directory answered \(code)") }
            let checkpoint = try Checkpoint(page["checkpoint"] ?? .null, log: log, key: key, now: now())
            guard checkpoint.size >= head?.position ?? 0 else { throw DirectoryFault.rollback(log) }
            if checkpoint.size == head?.position, checkpoint.hash != head?.hash {
                throw DirectoryFault.fork(log)
            }
            let documents = (page["entries"] ?? .null).list
            guard !documents.isEmpty else { return }
            try await keep(documents, log: log, key: key)
            changed()
        }
    }

    private func keep(_ documents: [JSONValue], log: String, key: String) async throws {
        let date = now()
        try await store.write { [ids, addresses, logger, consequences] transaction in
            var keys = Dictionary(
                try transaction.members().map { ($0.authority, $0.key) }, uniquingKeysWith: { $1 })
            if let own = try transaction.actor(addresses.node),
                let key = try transaction.keys(of: own.id).first(where: { $0.kind == .ed25519 })
            {
                keys[addresses.authority] = Multikey.encode(try PublicKey(ed25519: key.publicKey))
            }
            for document in documents {
                let head = try transaction.registerHead(log)
                do {
                    let origin = try Resumption.origin(of: document).flatMap {
                        try transaction.registerHash(log, at: $0)
                    }
                    let entry = try RegisterEntry(
                        document, log: log, after: head, origin: origin, key: key, nodeKey: { keys[$0] },
                        id: ids.next(), now: date)
                    try Register.apply(
                        entry, isOwn: { addresses.isOwn($0) }, at: date, departed: consequences.departed,
                        in: transaction)
                    if case .resumed(let last) = entry.change {
                        logger.warning(
                            "the directory was brought back from a copy",
                            metadata: ["log": "\(log)", "after": "\(last)", "seen": "\(head?.position ?? 0)"])
                        try Self.repeatLost(log, after: last, addresses: addresses, in: transaction)
                    }
                } catch DirectoryFault.outsideConstraint(let who) {
                    // It stays in the chain, so that the chain can be followed, and has no effect (N110).
                    logger.warning("register entry without effect", metadata: ["node": "\(who)"])
                    try transaction.appendRegister(
                        log, position: (head?.position ?? 0) + 1, hash: RegisterEntry.hash(of: document),
                        document: document.bytes)
                }
            }
            try consequences.peopleChanged(transaction)
        }
    }

    /// What a directory has lost of this node's people is told again, as are the latest changes, of which nobody can know
    /// whether it had written them down.
    private static func repeatLost(
        _ log: String, after position: Int64, addresses: Addresses, in transaction: Transaction
    ) throws {
        var people: Set<ActorID> = []
        for bytes in try transaction.registerEntries(log, after: position, limit: .max) {
            guard let record = try JSONParser.parse(bytes)["record"],
                let actor = record["actor"]?.string.flatMap({ ObjectURI($0) }), addresses.isOwn(actor),
                let id = try transaction.actorID(actor)
            else { continue }
            people.insert(id)
        }
        for id in people.sorted() { try transaction.append(.profileChanged(id)) }
        // Nought is for whoever has told nothing yet.
        let passed = try transaction.cursor(cursor)
        try transaction.setCursor(cursor, to: min(passed, max(1, passed - 1000)))
    }

    private func alert(_ text: String) async {
        do {
            try await store.write { try $0.setNodeState("directory alert", to: Array(text.utf8)) }
        } catch {
            logger.error("an alert could not be kept", metadata: ["fault": "\(error)"])
        }
    }
}
