import Synchronization

/// What a process counts and times, by name, for the metrics page.
public final class Counters: Sendable {
    /// How often something took no longer than each bound.
    public struct Histogram: Sendable {
        /// Seconds, rising; what took longer than the last is in none.
        public static let bounds: [Double] = [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600,
        ]
        public private(set) var counts = [Int](repeating: 0, count: bounds.count)
        public private(set) var total = 0
        public private(set) var seconds = 0.0

        mutating func add(_ value: Double) {
            for (index, bound) in Self.bounds.enumerated() where value <= bound { counts[index] += 1 }
            total += 1
            seconds += value
        }
    }

    private let values = Mutex<[String: Int]>([:])
    private let times = Mutex<[String: Histogram]>([:])

    public init() {}

    /// `name`: in Prometheus form, with labels if any: `hallway_inbox_total{answer="202"}`.
    public func count(_ name: String, by step: Int = 1) { values.withLock { $0[name, default: 0] += step } }

    /// Adds a duration. `name`: as above, ending in `_seconds`.
    public func time(_ name: String, _ seconds: Double) {
        times.withLock { $0[name, default: Histogram()].add(max(0, seconds)) }
    }

    public var all: [(name: String, value: Int)] {
        values.withLock { $0.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) } }
    }

    public var histograms: [(name: String, histogram: Histogram)] {
        times.withLock { $0.sorted { $0.key < $1.key }.map { (name: $0.key, histogram: $0.value) } }
    }
}
