import ClientAPI
import Domain
import Federation
import Hummingbird
import Social
import Surface
import WebUI

/// All that a node answers over HTTP, in one place: what serves it, and what the tests ask.
struct NodeRoutes {
    let world: World
    let desk: Desk
    let verifier: Verifier
    let intake: Intake
    let documents: Documents
    let worker: DeliveryWorker
    var directory: ObjectURI?
    var directoryBell = Bell()
    var trustedProxies: [AddressRange] = []
    var limitsRates = false
    /// Faults that make the node not ready, in words.
    var faults: @Sendable () async -> [String] = { [] }
    /// Called when a request may have changed something.
    var wake: @Sendable () -> Void = {}

    func router() -> Router<HallwayContext> {
        let router = Router(context: HallwayContext.self, options: .autoGenerateHeadEndpoints)
        let pages = Pages(desk: desk)
        addMiddleware(to: router, pages: pages)
        FederationRoutes(
            world: world, verifier: verifier, intake: intake, documents: documents,
            webFinger: WebFinger(world: world), nodeName: desk.nodeName,
            acceptsRegistrations: desk.acceptsRegistrations
        ).add(to: router)
        NoticeRoutes(verifier: verifier, directory: directory, bell: directoryBell).add(to: router)
        OperationsRoutes(
            world: world, worker: worker, listening: { [hub = desk.hub] in hub.count }, faults: faults
        ).add(to: router)
        ClientAPI(desk: desk, logger: world.logger).add(to: router)
        pages.add(to: router)
        return router
    }

    private func addMiddleware(to router: Router<HallwayContext>, pages: Pages) {
        router.add(middleware: CrossOriginMiddleware())
        router.add(
            middleware: ProblemMiddleware(logger: world.logger, counters: world.counters) {
                problem, request, context in
                pages.problem(problem, request, context)
            })
        router.add(middleware: VisitorMiddleware(trusted: trustedProxies))
        router.add(middleware: CrowdMiddleware(counters: world.counters))
        router.add(middleware: AccessMiddleware(store: world.needs.store))
        if limitsRates {
            router.add(
                middleware: RateMiddleware(
                    now: world.needs.now, logger: world.logger, counters: world.counters))
        }
        router.add(middleware: WakeMiddleware(wake))
    }
}
