import Synchronization

/// What a process counts and times for the metrics page.
///
/// Counting is one atomic addition at a known place: no lock, no name looked up, no text made (Spec/operations.md).
public final class Counters: Sendable {
    private let counts = Count.allCases.map { _ in Number() }
    private let times = Timing.allCases.map { _ in Durations() }
    private let answers = Answered.allCases.map { _ in Codes() }
    /// The same of each other node.
    public let nodes = NodeFigures()

    public init() {}

    public func count(_ what: Count, by step: Int = 1) {
        counts[what.rawValue].add(step)
    }

    /// Counts an answer by its status code.
    public func answered(_ what: Answered, _ code: Int) { answers[what.rawValue].count(code) }

    /// Adds a duration, in seconds.
    public func time(_ what: Timing, _ seconds: Double) { times[what.rawValue].add(seconds) }

    public func time(_ what: Timing, _ duration: Duration) { time(what, duration.inSeconds) }

    /// Every number by its name in Prometheus's form, with labels if any.
    public var all: [(name: String, value: Int)] {
        Count.allCases.map { ($0.name, counts[$0.rawValue].read) }
            + Answered.allCases.flatMap { answered in
                answers[answered.rawValue].all.map { code, value in
                    ("\(answered.name)\"\(code)\"}", value)
                }
            }
    }

    public var histograms: [(name: String, histogram: Histogram)] {
        Timing.allCases.map { ($0.name, times[$0.rawValue].histogram) }
    }
}

/// How often something took no longer than each bound.
public struct Histogram: Sendable, Equatable {
    /// Seconds, rising; what took longer than the last is in none.
    public static let bounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600,
    ]
    public var counts: [Int]
    public var total: Int
    public var seconds: Double
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// A number that any thread may raise.
final class Number: Sendable {
    private let value = Atomic<Int>(0)

    var read: Int { value.load(ordering: .relaxed) }

    func add(_ step: Int) { value.wrappingAdd(step, ordering: .relaxed) }

    func clear() { value.store(0, ordering: .relaxed) }
}

/// How often each of the usual codes was answered; all others are one.
private final class Codes: Sendable {
    private static let usual = [
        200, 202, 302, 303, 304, 400, 401, 403, 404, 410, 413, 415, 422, 429, 500, 503,
    ]
    private let numbers = (0...usual.count).map { _ in Number() }

    func count(_ code: Int) {
        let index = Self.usual.firstIndex(of: code) ?? Self.usual.count
        numbers[index].add(1)
    }

    /// Those that were answered at all.
    var all: [(code: String, value: Int)] {
        zip(Self.usual.map(String.init) + ["other"], numbers)
            .map { ($0, $1.read) }.filter { $0.1 > 0 }
    }
}

/// Durations by bound, each in the first that holds it.
private final class Durations: Sendable {
    private let numbers = (0...Histogram.bounds.count).map { _ in Number() }
    private let microseconds = Number()

    func add(_ seconds: Double) {
        // A clock that was set back, or to a year that no one lives in.
        let taken = seconds > 0 ? min(seconds, 1e9) : 0
        let index = Histogram.bounds.firstIndex { taken <= $0 } ?? Histogram.bounds.count
        numbers[index].add(1)
        microseconds.add(Int(taken * 1e6))
    }

    var histogram: Histogram {
        var (total, counts) = (0, [Int]())
        for number in numbers {
            total += number.read
            counts.append(total)
        }
        return Histogram(
            counts: Array(counts.dropLast()), total: total,
            seconds: Double(microseconds.read) / 1e6)
    }
}
