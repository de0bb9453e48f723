import Domain
import Federation
import FoundationEssentials
import Hummingbird
import NIOCore
import Social
import Storage
import Surface

/// What those who run the node ask of it: alive, ready, in numbers.
struct OperationsRoutes {
    let world: World
    let worker: DeliveryWorker
    /// How many streams are open.
    var listening: @Sendable () -> Int = { 0 }
    /// Faults that make the node not ready, in words.
    let faults: @Sendable () async -> [String]

    func add(to router: Router<HallwayContext>) {
        router.get("healthz") { _, _ in Response(text: "OK\n") }
        router.get("health") { _, _ in Response(text: "OK") }
        router.get("readyz") { request, context in
            let faults = await faults()
            let words = isNear(request, context) ? faults.map { "\($0)\n" }.joined() : "Not ready\n"
            return Response(
                text: faults.isEmpty ? "OK\n" : words,
                status: faults.isEmpty ? .ok : .serviceUnavailable)
        }
        router.get("metrics") { request, context in
            guard isNear(request, context) else { throw Refusal.notFound("Record") }
            return Response(text: try await metrics(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    /// Whether someone on this machine or network asks; what comes through a proxy is a stranger's.
    private func isNear(_ request: Request, _ context: HallwayContext) -> Bool {
        let address = context.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        let isProxied = request.headers.contains { $0.name.canonicalName.hasPrefix("x-forwarded") }
        return !isProxied && address.map { $0.kind != .ordinary } ?? true
    }

    private func metrics() async throws -> String {
        let (gauges, queues, nodes) = try await world.needs.store.read { transaction in
            (
                [
                    ("hallway_posts", try transaction.countPosts(localOnly: false)),
                    ("hallway_people", try transaction.countActors(localOnly: true)),
                    ("hallway_inbox_set_aside", try transaction.countInbox(setAside: true)),
                ], try transaction.queues(), try transaction.waitingByNode()
            )
        }
        var page = MetricsPage()
        for (name, value) in gauges + [
            ("hallway_nodes_silent", worker.brokenLanes),
            ("hallway_lanes", worker.busyLanes), ("hallway_streams", listening()),
        ] {
            page.gauge(name, Double(value))
        }
        let now = world.needs.now()
        func age(_ queue: Queue) -> Double { max(0, queue.since.map { now.timeIntervalSince($0) } ?? 0) }
        for queue in queues {
            page.gauge("hallway_waiting{stage=\"\(queue.name)\"}", Double(queue.waiting))
            page.gauge("hallway_waiting_seconds{stage=\"\(queue.name)\"}", age(queue))
        }
        for queue in nodes {
            page.gauge("hallway_deliveries_waiting{node=\"\(queue.name)\"}", Double(queue.waiting))
            page.gauge("hallway_deliveries_waiting_seconds{node=\"\(queue.name)\"}", age(queue))
        }
        for figures in world.counters.nodes.busiest() { page.node(figures) }
        for (name, value) in world.counters.all { page.counter(name, value) }
        for (name, histogram) in world.counters.histograms { page.histogram(name, histogram) }
        return page.text
    }
}

/// Numbers in Prometheus's text format: families together, each with its type.
private struct MetricsPage {
    private var families: [(name: String, type: String, lines: [String])] = []

    mutating func gauge(_ name: String, _ value: Double) { add(name, "gauge", ["\(name) \(value)"]) }

    mutating func counter(_ name: String, _ value: Int) { add(name, "counter", ["\(name) \(value)"]) }

    mutating func histogram(_ name: String, _ histogram: Histogram) {
        let own = String(name.prefix { $0 != "{" })
        let labels = name.dropFirst(own.count).dropFirst().dropLast()
        let start = labels.isEmpty ? "" : "\(labels),"
        let end = labels.isEmpty ? "" : "{\(labels)}"
        var lines = zip(Histogram.bounds, histogram.counts).map { bound, count in
            "\(own)_bucket{\(start)le=\"\(bound)\"} \(count)"
        }
        lines.append("\(own)_bucket{\(start)le=\"+Inf\"} \(histogram.total)")
        lines.append("\(own)_sum\(end) \(histogram.seconds)")
        lines.append("\(own)_count\(end) \(histogram.total)")
        add(name, "histogram", lines)
    }

    /// What is known of one other node.
    mutating func node(_ figures: NodeFigures.Figures) {
        let label = "{node=\"\(figures.node)\"}"
        counter("hallway_node_received_total\(label)", figures.received)
        counter("hallway_node_delivered_total\(label)", figures.delivered)
        counter("hallway_node_failed_total\(label)", figures.failed)
        add(
            "hallway_node_delivery_seconds", "summary",
            [
                "hallway_node_delivery_seconds_sum\(label) \(figures.seconds)",
                "hallway_node_delivery_seconds_count\(label) \(figures.requests)",
            ])
    }

    var text: String {
        families.map { "# TYPE \($0.name) \($0.type)\n" + $0.lines.joined(separator: "\n") + "\n" }.joined()
    }

    private mutating func add(_ name: String, _ type: String, _ lines: [String]) {
        let own = String(name.prefix { $0 != "{" })
        if let index = families.firstIndex(where: { $0.name == own }) {
            families[index].lines += lines
        } else {
            families.append((own, type, lines))
        }
    }
}
