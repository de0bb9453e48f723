public import FoundationEssentials
import Synchronization

/// So many per so long, for each key: a bucket that fills steadily.
public final class Throttle: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: Date
    }

    /// Keys that are remembered; beyond that the full buckets are forgotten first, and then those that are fullest.
    static let limit = 20_000
    private let capacity: Double
    private let refillPerSecond: Double
    private let buckets = Mutex<[String: Bucket]>([:])

    /// - Parameters:
    ///   - capacity: how many at once.
    ///   - period: in which an empty bucket fills.
    public init(capacity: Int, period: Duration) {
        self.capacity = Double(capacity)
        refillPerSecond = Double(capacity) / Double(max(1, period.components.seconds))
    }

    /// Takes one for a key.
    ///
    /// - Throws: ``Refusal/tooMany(retryAfterSeconds:)`` when the bucket is empty.
    public func take(_ key: String, at now: Date) throws(Refusal) {
        let wait = buckets.withLock { buckets -> Double in
            if buckets.count >= Self.limit { forgetFull(&buckets, now: now) }
            var bucket = buckets[key] ?? Bucket(tokens: capacity, at: now)
            let gained = max(0, now.timeIntervalSince(bucket.at)) * refillPerSecond
            bucket = Bucket(tokens: min(capacity, bucket.tokens + gained), at: now)
            defer { buckets[key] = bucket }
            guard bucket.tokens >= 1 else { return (1 - bucket.tokens) / refillPerSecond }
            bucket.tokens -= 1
            return 0
        }
        guard wait <= 0 else { throw .tooMany(retryAfterSeconds: max(1, Int(wait.rounded(.up)))) }
    }

    private func forgetFull(_ buckets: inout [String: Bucket], now: Date) {
        func tokens(_ bucket: Bucket) -> Double {
            bucket.tokens + now.timeIntervalSince(bucket.at) * refillPerSecond
        }
        buckets = buckets.filter { tokens($0.value) < capacity }
        guard buckets.count >= Self.limit else { return }
        // Whoever comes under ever new names must not make anybody forget what an old one may not do.
        let emptiest = buckets.sorted { tokens($0.value) < tokens($1.value) }.prefix(Self.limit / 2)
        buckets = Dictionary(uniqueKeysWithValues: emptiest.map { ($0.key, $0.value) })
    }
}
