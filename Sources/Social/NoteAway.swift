public import Domain
import FoundationEssentials
import Storage

/// Notes when people are here, so that they can be shown what they missed. Nobody else is told.
public struct NoteAway: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Takes in that a person looks at their home, and answers since when they have something to catch up with.
    public func note(_ person: ActorID) async throws -> Away {
        let now = needs.now()
        let known = try await needs.store.read { try $0.away(person) } ?? Away(seenAt: .distantPast)
        guard known.isNews(at: now) else { return known }
        do {
            return try await needs.store.write { transaction in
                var away = try transaction.away(person) ?? Away(seenAt: now)
                away.see(at: now)
                try transaction.save(away, of: person)
                return away
            }
        } catch is StorageError {
            // Where nothing can be kept just now, reading goes on.
            return known
        }
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
}
