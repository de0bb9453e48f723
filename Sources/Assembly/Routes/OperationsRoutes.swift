import Domain
import Federation
import Hummingbird
import NIOCore
import Social
import Storage
import Surface

/// What those who run the node ask of it: alive, ready, in numbers.
struct OperationsRoutes {
    let world: World
    let worker: DeliveryWorker
    /// Faults that make the node not ready, in words.
    let faults: @Sendable () async -> [String]

    func add(to router: Router<HallwayContext>) {
        router.get("healthz") { _, _ in Response(text: "OK\n") }
        router.get("health") { _, _ in Response(text: "OK") }
        router.get("readyz") { _, _ in
            let faults = await faults()
            return Response(
                text: faults.isEmpty ? "OK\n" : faults.map { "\($0)\n" }.joined(),
                status: faults.isEmpty ? .ok : .serviceUnavailable)
        }
        router.get("metrics") { request, context in
            // For those on this machine or network; what comes through a proxy is a stranger's.
            let address = context.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
            let isNear = address.map { $0.kind != .ordinary } ?? true
            let isProxied = request.headers.contains { $0.name.canonicalName.hasPrefix("x-forwarded") }
            guard isNear, !isProxied else { throw Refusal.notFound("Record") }
            return Response(text: try await metrics(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    private func metrics() async throws -> String {
        let gauges = try await world.needs.store.read { transaction in
            [
                ("hallway_posts", try transaction.countPosts(localOnly: false)),
                ("hallway_people", try transaction.countActors(localOnly: true)),
                ("hallway_deliveries_waiting", try transaction.countDeliveries(.waiting)),
                ("hallway_inbox_waiting", try transaction.countInbox()),
                ("hallway_inbox_set_aside", try transaction.countInbox(setAside: true)),
            ]
        }
        var lines = (gauges + [("hallway_nodes_silent", worker.brokenLanes)]).map { name, value in
            "# TYPE \(name) gauge\n\(name) \(value)"
        }
        var family = ""
        for (name, value) in world.counters.all {
            let own = String(name.prefix { $0 != "{" })
            if own != family { lines.append("# TYPE \(own) counter") }
            family = own
            lines.append("\(name) \(value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
