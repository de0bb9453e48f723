import Dispatch
import Storage
import Synchronization

/// Sessions that run queries at the same time, each on a queue of its own. Who comes first is served first.
final class PostgresReaders: Sendable {
    private let workers: [PostgresWorker]
    private let state: Mutex<State>

    private struct State {
        var idle: [PostgresWorker]
        var waiting: [@Sendable (PostgresWorker) -> Void] = []
    }

    init(_ address: PostgresAddress, count: Int) {
        workers = (0..<max(1, count)).map { PostgresWorker(address, name: "reader \($0)") }
        state = Mutex(State(idle: workers))
    }

    /// Runs `job` on a reader as soon as there is one.
    func run<Value: Sendable>(_ job: @escaping @Sendable (PostgresConnection) throws -> Value) async throws
        -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            start { worker in
                continuation.resume(with: Result { try worker.use(job) })
            }
        }
    }

    /// Ends the sessions, once what runs is done.
    func close() {
        for worker in workers { worker.close() }
    }

    private func start(_ job: @escaping @Sendable (PostgresWorker) -> Void) {
        let worker = state.withLock { state -> PostgresWorker? in
            // The one that was used last, so that few sessions are open where few are needed.
            guard let worker = state.idle.popLast() else {
                state.waiting.append(job)
                return nil
            }
            return worker
        }
        worker.map { serve(job, $0) }
    }

    private func serve(_ job: @escaping @Sendable (PostgresWorker) -> Void, _ worker: PostgresWorker) {
        worker.queue.async { [self] in
            var next: (@Sendable (PostgresWorker) -> Void)? = job
            while let job = next {
                job(worker)
                next = state.withLock { state in
                    guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                    state.idle.append(worker)
                    return nil
                }
            }
        }
    }
}

/// A connection and the queue on which it may block.
final class PostgresWorker: Sendable {
    let queue: DispatchQueue
    private let connection: Mutex<PostgresConnection>

    init(_ address: PostgresAddress, name: String) {
        queue = DispatchQueue(label: "hallway postgres \(name)")
        connection = Mutex(PostgresConnection(address))
    }

    /// Runs `job` with the connection; called on the queue.
    func use<Value: Sendable, Failure: Error>(
        _ job: (PostgresConnection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try connection.withLock { connection throws(Failure) in try job(connection) }
    }

    /// Ends the session, once what runs is done.
    func close() {
        queue.sync { connection.withLock { $0.close() } }
    }
}
