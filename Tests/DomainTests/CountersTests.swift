@testable import Domain
import Testing

/// What is counted is there, under its name, and no sender makes the list long.
@Suite("Counters")
struct CountersTests {
    @Test("names are in Prometheus's form, each once, and of one family's labels")
    func names() {
        let counters = Counters()
        for count in Count.allCases { counters.count(count, by: count.rawValue + 1) }
        for code in [200, 202, 404, 418, 599] { counters.answered(.requests, code) }
        let all = counters.all
        let names = all.map(\.name) + counters.histograms.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names { #expect(name.wholeMatch(of: /hallway_[a-z_]+(\{[a-z]+="[a-z0-9]+"\})?/) != nil) }
        #expect(all.first { $0.name == Count.followersRepaired.name }?.value == Count.allCases.count)
        #expect(all.first { $0.name == "hallway_requests_total{code=\"404\"}" }?.value == 1)
        #expect(all.first { $0.name == "hallway_requests_total{code=\"other\"}" }?.value == 2)
        #expect(!all.contains { $0.name == "hallway_requests_total{code=\"500\"}" })
    }

    @Test("a duration is counted in every bound that holds it, whatever the clock says")
    func histograms() throws {
        let counters = Counters()
        for seconds in [0.0005, 0.02, 7200, -5, .infinity] { counters.time(.fanOut, seconds) }
        let histogram = try #require(counters.histograms.first { $0.name == Timing.fanOut.name }?.histogram)
        #expect(histogram.total == 5 && histogram.counts.last == 3)
        #expect(histogram.counts == histogram.counts.sorted() && histogram.counts[0] == 2)
        #expect(histogram.seconds > 7200)
    }

    @Test("many threads lose nothing")
    func threads() async {
        let counters = Counters()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counters.count(.fannedOut)
                        counters.nodes.received(1, from: "lima.example")
                    }
                }
            }
        }
        #expect(counters.all.first { $0.name == Count.fannedOut.name }?.value == 8000)
        #expect(counters.nodes.busiest().map(\.received) == [8000])
    }

    @Test("however many nodes there are, the busiest are known and the list is short")
    func nodes() {
        let nodes = NodeFigures()
        for round in 0..<3 {
            for busy in 0..<20 { nodes.delivered(1000, to: "busy\(busy).example") }
            for stranger in 0..<2000 { nodes.received(1, from: "s\(round * 2000 + stranger).example") }
        }
        nodes.asked("busy0.example", for: .milliseconds(1500))
        nodes.failed(2, to: "busy0.example")
        let busiest = nodes.busiest()
        #expect(busiest.count == 50)
        #expect(nodes.busiest(10_000).count <= NodeFigures.room)
        // Where chance puts more than eight of the busy side by side, one of them gives way.
        #expect(busiest.prefix(20).count { $0.node.hasPrefix("busy") && $0.delivered == 3000 } >= 18)
        let first = busiest.first { $0.node == "busy0.example" }
        #expect(first.map { $0.requests == 1 && $0.seconds == 1.5 && $0.failed == 2 } ?? true)
    }
}
