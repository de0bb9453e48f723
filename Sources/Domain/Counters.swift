import Synchronization

/// Numbers that only rise, by name, for the metrics page.
public final class Counters: Sendable {
    private let values = Mutex<[String: Int]>([:])

    public init() {}

    /// `name`: in Prometheus form, with labels if any: `hallway_inbox_total{answer="202"}`.
    public func count(_ name: String, by step: Int = 1) { values.withLock { $0[name, default: 0] += step } }

    public var all: [(name: String, value: Int)] {
        values.withLock { $0.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) } }
    }
}
