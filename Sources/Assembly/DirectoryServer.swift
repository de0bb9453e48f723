import Directory
import Domain
import Federation
import FoundationEssentials
import Hummingbird
public import Logging
import NIOCore
import ServiceLifecycle
import Social
import Storage
import Surface

/// The organisation's directory: the anchor of its nodes and the register of its people.
public struct DirectoryServer: Sendable {
    private let node: Node
    private var settings: Settings { node.settings }
    var store: any Store { node.store }

    /// - Throws: ``SettingsFault``.
    public init(settings: Settings, logger: Logger, isServing: Bool = false) async throws {
        var settings = settings
        // Whoever asks to join is not a member yet; what they may read is decided per route.
        settings.federation = .open
        settings.directoryURL = nil
        node = try await Node(settings: settings, logger: logger, isServing: isServing)
    }

    /// The desk where nodes and people are admitted, also for the command line.
    var registrar: Registrar {
        let errands = Errands(world: node.world)
        return Registrar(
            store: node.store, seal: Seal { try await errands.prove($0) }, ids: node.needs.ids,
            issuer: settings.baseURL, domain: settings.organisationDomain, now: node.needs.now,
            changed: { [bell = node.bells.directory] in bell.ring() })
    }

    /// Serves until it is told to stop.
    public func run() async throws {
        let world = node.world
        let documents = Documents(world: world, version: Release.version)
        let verifier = Verifier(world: world)
        let worker = DeliveryWorker(world: world, bell: node.bells.delivery)
        let readiness = Readiness(settings: settings, store: node.store, needs: node.needs)
        let router = DirectoryRoutes(
            world: world, verifier: verifier, registrar: registrar, domain: settings.organisationDomain,
            name: settings.nodeName, documents: documents, worker: worker,
            trustedProxies: settings.trustedProxies, limitsRates: settings.limitsRates,
            faults: { await readiness.faults() }
        ).router()
        try await registrar.withholdOlder()
        try await Serving(settings: settings, logger: node.logger).run(
            router: router,
            services: [
                node.client,
                Notices(world: world, bell: node.bells.directory, logger: node.logger),
                Forgetting(store: node.store, logger: node.logger),
            ], ending: node.store.close)
    }
}
