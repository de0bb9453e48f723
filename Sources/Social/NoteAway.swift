public import Domain
import FoundationEssentials
import Storage
import Synchronization

/// Notes when people are here, so that they can be shown what they missed. Nobody else is told.
///
/// Reading waits for no writing: signs are remembered, and written by ``KeepSigns``. One that is lost with its process makes
/// an absence begin earlier, so that something is shown again and nothing is left out.
public final class NoteAway: Sendable {
    private let needs: Needs
    private let waiting = Mutex<[ActorID: Date]>([:])

    public init(needs: Needs) { self.needs = needs }

    /// Takes in that a person looks at their home, where nobody asks what they missed.
    public func see(_ person: ActorID) { remember([person: needs.now()]) }

    /// Takes in that a person looks at their home, and answers since when they have something to catch up with.
    public func note(_ person: ActorID) async throws -> Away {
        let now = needs.now()
        let known = try await needs.store.read { try $0.away(person) }
        var away = known ?? Away(seenAt: now)
        guard known == nil || away.isNews(at: now) else { return away }
        remember([person: now])
        away.see(at: now)
        return away
    }

    /// Takes in that a person has caught up.
    public func catchUp(_ person: ActorID) async throws {
        let now = needs.now()
        try await needs.store.write { transaction in
            var away = try transaction.away(person) ?? Away(seenAt: now)
            away.see(at: now)
            away.catchUp()
            try transaction.save(away, of: person)
        }
    }

    /// Writes what is remembered; what cannot be written stays.
    public func drain() async throws {
        let signs = waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        guard !signs.isEmpty else { return }
        do {
            try await needs.store.write { transaction in
                for (person, date) in signs {
                    let known = try transaction.away(person)
                    guard known?.isNews(at: date) ?? true else { continue }
                    var away = known ?? Away(seenAt: date)
                    away.see(at: date)
                    try transaction.save(away, of: person)
                }
            }
        } catch {
            remember(signs)
            throw error
        }
    }

    private func remember(_ signs: [ActorID: Date]) {
        waiting.withLock { $0.merge(signs) { max($0, $1) } }
    }
}
