import Synchronization

/// Writes that wait for the one writer, which takes as many as there are into its next commit.
public final class WriteQueue: Sendable {
    private let state = Mutex(State())

    private struct State {
        var waiting: [WriteJob] = []
        var isRunning = false
    }

    private static let batch = 256

    public init() {}

    /// Waits in line and returns after the commit. `start`: makes the writer call ``drain(_:)``, soon and elsewhere.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value, start: () -> Void
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = WriteJob(
                attempt: { transaction in
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) }
            )
            if add(job) { start() }
        }
    }

    /// Runs waiting jobs in batches, one commit each, until none is left.
    public func drain(_ writer: some Writer) {
        while let batch = next() {
            guard let fault = GroupCommit(writer: writer).run(batch) else { continue }
            // Waiting for a lock once is enough for everybody who is in line by now.
            for job in takeAll() { job.fail(fault) }
        }
    }

    private func takeAll() -> [WriteJob] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Adds a job; true when the caller must start the writer.
    private func add(_ job: WriteJob) -> Bool {
        state.withLock { state in
            state.waiting.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
    }

    private func next() -> [WriteJob]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                return nil
            }
            let batch = Array(state.waiting.prefix(Self.batch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }
}

/// A write that waits for its turn.
struct WriteJob: Sendable {
    /// Runs the caller's body; what it returns tells the caller, and is called after the commit.
    let attempt: @Sendable (Transaction) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
}
