import Storage

/// Has searches find what an earlier release put into the index by fewer words: once, and a few posts at a time, so that
/// whoever writes waits for no more than those.
struct Indexing {
    /// Posts that go in one transaction.
    static let slice = 50
    let store: any Store

    /// - Throws: `CancellationError` between two slices when the process is to stop; the next one goes on from there.
    func indexBodies() async throws {
        while try await store.read({ try $0.hasBodiesToIndex() }) {
            try Task.checkCancellation()
            try await store.write { try $0.indexBodies(limit: Self.slice) }
            await Task.yield()
        }
    }
}
