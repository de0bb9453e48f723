import Domain
import Storage

/// Keeps home timelines short: a few people's at a time, so that whoever writes waits for no more than those.
struct Trimming {
    /// People whose timelines go in one transaction.
    static let slice = 50
    let store: any Store

    /// - Throws: `CancellationError` between two slices when the process is to stop; what is done stays.
    func trimHomes() async throws {
        var last: ActorID?
        while true {
            try Task.checkCancellation()
            let after = last
            let people = try await store.read { transaction in
                try transaction.localActors(after: after, limit: Self.slice).map(\.id)
            }
            guard let end = people.last else { return }
            try await store.write { transaction in
                for person in people { try transaction.trimHome(of: person) }
            }
            last = end
            await Task.yield()
        }
    }
}
