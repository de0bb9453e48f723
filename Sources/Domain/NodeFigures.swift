import Synchronization

/// What is counted of each other node, of as many as there is room for: those with which there is least to do give way.
///
/// Finding a node's line is a hash and a few loads; only a node that has none yet takes a lock.
public final class NodeFigures: Sendable {
    /// What is known of one node.
    public struct Figures: Sendable, Equatable {
        public var node: String
        /// Activities that were taken in from it.
        public var received: Int
        /// Deliveries that it took, and attempts of which it took nothing.
        public var delivered: Int
        public var failed: Int
        /// Requests to it, and how long they took together.
        public var requests: Int
        public var seconds: Double

        var all: Int { received + delivered + failed + requests }
    }

    static let room = 128
    /// How far from its place a node's line may be.
    private static let reach = 8

    private let lines = (0..<room).map { _ in Line() }
    private let taking = Mutex(())

    init() {}

    public func received(_ count: Int, from node: String) { line(node).received.add(count) }

    public func delivered(_ count: Int, to node: String) { line(node).delivered.add(count) }

    public func failed(_ count: Int, to node: String) { line(node).failed.add(count) }

    /// One request to the node, whatever came of it.
    public func asked(_ node: String, for duration: Duration) {
        let line = line(node)
        line.requests.add(1)
        line.microseconds.add(Int(duration.inSeconds * 1e6))
    }

    /// Those with which there was most to do.
    public func busiest(_ limit: Int = 50) -> [Figures] {
        Array(lines.compactMap(\.figures).sorted { ($1.all, $0.node) < ($0.all, $1.node) }.prefix(limit))
    }

    private func line(_ node: String) -> Line {
        // Never nought, which is nobody's.
        let mark = node.hashValue | 1
        let start = Int((UInt(bitPattern: mark) >> 1) % UInt(Self.room))
        if let line = line(mark, from: start) { return line }
        return taking.withLock { _ in
            // Somebody else may have been faster.
            if let line = line(mark, from: start) { return line }
            var least = lines[start]
            for step in 1..<Self.reach {
                let other = lines[(start + step) % Self.room]
                if other.all < least.all { least = other }
            }
            least.begin(node, mark)
            return least
        }
    }

    private func line(_ mark: Int, from start: Int) -> Line? {
        for step in 0..<Self.reach {
            let line = lines[(start + step) % Self.room]
            if line.mark.load(ordering: .acquiring) == mark { return line }
        }
        return nil
    }
}

/// The line of one node. While it passes to another, what is counted just then may be the other's: figures, not accounts.
private final class Line: Sendable {
    let mark = Atomic<Int>(0)
    private let node = Mutex("")
    let received = Number()
    let delivered = Number()
    let failed = Number()
    let requests = Number()
    let microseconds = Number()

    /// How much there was to do; less than nothing where it is nobody's.
    var all: Int { figures?.all ?? -1 }

    func begin(_ name: String, _ newMark: Int) {
        node.withLock { $0 = name }
        for number in [received, delivered, failed, requests, microseconds] { number.clear() }
        mark.store(newMark, ordering: .releasing)
    }

    /// nil where it is nobody's.
    var figures: NodeFigures.Figures? {
        guard mark.load(ordering: .acquiring) != 0 else { return nil }
        return NodeFigures.Figures(
            node: node.withLock { $0 }, received: received.read, delivered: delivered.read,
            failed: failed.read, requests: requests.read, seconds: Double(microseconds.read) / 1e6)
    }
}
