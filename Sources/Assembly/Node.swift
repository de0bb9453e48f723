import Directory
import Domain
import Federation
import FoundationEssentials
public import Logging
import ServiceLifecycle
import Signatures
public import Social
import Storage
import Surface

/// One node of the organisation, put together from its settings.
public struct Node: Sendable {
    let settings: Settings
    let logger: Logger
    let store: any Store
    let needs: Needs
    let keys: NodeKeys
    let world: World
    let client: NodeClient
    /// Held until the process ends: that it serves from its file, and that it works in its folder.
    private let occupancies: [Occupancy]
    let bells = Bells()
    let hub = StreamHub()

    /// The loops' bells, which ring together: each looks for itself whether there is work.
    struct Bells: Sendable {
        let inbox = Bell()
        let outbox = Bell()
        let fanOut = Bell()
        let delivery = Bell()
        let directory = Bell()

        func ringAll() {
            for bell in [inbox, outbox, fanOut, delivery, directory] { bell.ring() }
        }

        func ringForEvents() {
            outbox.ring()
            fanOut.ring()
        }
    }

    /// Opens everything that the settings name. `isServing`: false for a command that works beside the processes that
    /// serve.
    ///
    /// - Throws: ``SettingsFault``, in words for the person at the keyboard.
    public init(settings: Settings, logger: Logger, isServing: Bool = false) async throws {
        self.settings = settings
        self.logger = logger
        let serving = isServing ? try await Self.serve(settings) : []
        store = try OpenStore.open(settings)
        let now: @Sendable () -> Date = { Date() }
        let sealing = try await MasterKey.open(folder: settings.dataFolder, store: store)
        let beside = try Occupancy(beside: settings.dataFolder)
        occupancies = serving + [beside]
        let number = try await Self.number(in: store, isServing: isServing)
        let ids = IDSource(salt: number, now: now)
        let newest = try await OpenStore.first(of: store, at: settings.database) { transaction in
            try transaction.newestID(at: now())
        }
        if let newest { ids.goOn(after: newest) }
        needs = Needs(
            store: store, ids: ids, addresses: Addresses(base: settings.baseURL),
            policy: settings.federation, namesReaders: settings.namesReaders, now: now,
            recognition: settings.recognition, ranksPeople: settings.ranksPeople)
        keys = NodeKeys(store: store, sealing: sealing, now: now)
        let client = try NodeClient(
            addresses: AddressGuard(
                allowedRanges: settings.allowedPeerRanges, allowsInsecure: settings.allowsInsecurePeers,
                store: store,
                directory: settings.directoryURL?.authority),
            extraCAFile: settings.extraCAFile,
            userAgent: "Hallway/\(Release.version) (+\(settings.baseURL.origin))", logger: logger)
        self.client = client
        world = World(
            needs: needs, keys: keys, send: { try await client.send($0) }, logger: logger,
            allowsInsecure: settings.allowsInsecurePeers, counters: Counters(),
            directory: settings.directoryURL?.authority)
        try await NodeSetup.prepare(needs, keys: keys, name: settings.nodeName)
    }

    /// Of several processes on one file none would know of the others' lanes and ids; on a server they share.
    private static func serve(_ settings: Settings) async throws -> [Occupancy] {
        guard case .sqlite(let path) = settings.database else { return [] }
        try OpenStore.makeFolder(settings)
        return [try await Occupancy(serving: path)]
    }

    /// What processes on one database are told apart by.
    static let numbers = Array(0...15)

    /// A number that no other process on the database has, so that their ids differ: servers count from below,
    /// commands from above.
    private static func number(in store: any Store, isServing: Bool) async throws -> Int {
        for number in isServing ? numbers : numbers.reversed()
        where try await store.claim("process \(number)") {
            return number
        }
        throw SettingsFault(
            "sixteen processes work on this database already, or it is being moved: stop one of them, or wait"
        )
    }

    /// The verbs by which people are made and changed.
    public var people: People { People(needs: needs) { [keys] in try keys.make(for: $0, uri: $1) } }

    /// Serves until it is told to stop.
    public func run() async throws {
        warn()
        let documents = Documents(world: world, version: Release.version)
        let threads = Threads(world: world)
        let worker = DeliveryWorker(world: world, bell: bells.delivery)
        let verifier = Verifier(world: world)
        let followers = FollowersSync(world: world)
        let intake = Intake(
            world: world, verifier: verifier, bell: bells.inbox,
            throttles: settings.limitsRates ? Intake.Throttles() : nil, heard: { worker.heard(from: $0) },
            compare: { [followers] in followers.heard($0, from: $1) })
        let desk = desk(threads: threads)
        let faults = Readiness(settings: settings, store: store, needs: needs)
        let router = NodeRoutes(
            world: world, desk: desk, verifier: verifier, intake: intake, documents: documents,
            worker: worker, directory: settings.directoryURL, directoryBell: bells.directory,
            trustedProxies: settings.trustedProxies, limitsRates: settings.limitsRates,
            faults: { await faults.faults() }, wake: { bells.ringForEvents() }
        ).router()

        let services: [any Service] =
            [
                client, Housekeeping(needs: needs, logger: logger) { try await desk.keepDraft.publishDue() },
                worker, followers,
                StandingsReader(
                    documents: LeaderboardDocuments(world: world), store: store, logger: logger),
                OutboxDrain(world: world, documents: documents, bell: bells.outbox) { bells.delivery.ring() },
                FanOut(
                    needs: needs, bell: bells.fanOut, hub: hub, logger: logger, counters: world.counters
                ) { bells.directory.ring() },
                Reminders(needs: needs, logger: logger) { bells.ringForEvents() },
                KeepSigns(away: desk.noteAway, shown: desk.noteShown, logger: logger),
                Neighbours(needs: needs, hub: hub) { bells.ringAll() },
                GroupReader(world: world, threads: threads, bell: Bell()) { bells.ringForEvents() },
                InboxWorker(world: world, threads: threads, bell: bells.inbox) { bells.ringForEvents() },
            ] + membership() + (try letters())
        try await Serving(settings: settings, logger: logger)
            .run(router: router, services: services, ending: store.close)
    }

    func desk(threads: Threads) -> Desk {
        let actors = RemoteActors(world: world)
        var desk = Desk(
            needs: needs, signIn: SignIn(store: store, isLimited: settings.limitsRates, now: needs.now),
            grants: Grants(needs: needs), hub: hub, nodeName: settings.nodeName,
            contactEmail: settings.contactEmail,
            version: Release.version, acceptsRegistrations: settings.acceptsRegistrations,
            reactions: settings.reactions, people: people,
            find: { try? await actors.find($0) }, findPost: { await threads.find($0) },
            findActor: { try? await actors.actor($0) }, backfill: { await threads.backfill($0) })
        let recognitions = RecognitionDocuments(world: world)
        desk.recognitionCredential = { try await recognitions.credential(of: $0, for: $1, viewer: $2) }
        desk.recognitionProof = { try await recognitions.proof(of: $0, viewer: $1) }
        desk.recognitionLedger = { await recognitions.ask($0) }
        return desk
    }

    /// People's daily letters, where there is a mail server.
    private func letters() throws -> [any Service] {
        guard let server = settings.mailServer else { return [] }
        let client = MailClient(
            server: server, trust: try NodeClient.trust(extraCAFile: settings.extraCAFile),
            ownName: settings.baseURL.host)
        return [
            Digests(
                needs: needs, nodeName: settings.nodeName, logger: logger, word: { RandomBytes.word() },
                post: { [needs] in try await client.send($0, at: needs.now()) })
        ]
    }

    /// The node's side of the directory, where there is one.
    private func membership() -> [any Service] {
        guard let directory = settings.directoryURL else { return [] }
        let errands = Errands(world: world)
        return [
            Membership(
                store: store, ids: needs.ids, addresses: needs.addresses, directory: directory,
                enrolment: Membership.Enrolment(
                    name: settings.nodeName, entity: settings.entity, invitation: settings.invitation,
                    ranges: settings.addressRanges),
                seal: Seal { try await errands.prove($0) },
                ask: { try await errands.send($0, $1, $2) },
                wait: { [bells] in await bells.directory.wait(upTo: .seconds(20)) },
                changed: { [bells] in bells.ringForEvents() },
                consequences: Self.consequences(needs: needs), now: needs.now, logger: logger)
        ]
    }

    /// What the register's words lead to on a node: leavers leave everything, and groups keep in step with who is what.
    static func consequences(needs: Needs) -> Register.Consequences {
        var consequences = Register.Consequences()
        consequences.departed = { actor, transaction in
            try Depart.perform(actor, as: .left, needs: needs, in: transaction)
        }
        consequences.peopleChanged = { try GroupRoster.keepAllInStep(needs: needs, in: $0) }
        return consequences
    }

    /// Settings that are meant for trials say so, loudly.
    private func warn() {
        if settings.allowsInsecurePeers {
            logger.warning("plain http is spoken with other nodes: only for trials on one machine")
        }
        if settings.allowedPeerRanges.contains(where: { range in
            IPAddress("127.0.0.1").map { range.contains($0) } ?? false
        }) {
            logger.warning("loopback addresses count as other nodes: only for trials on one machine")
        }
    }
}
