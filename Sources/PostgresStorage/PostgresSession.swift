import Dispatch
import Foundation
import Storage
import Synchronization

/// The session that hears what other processes say, and that holds the lanes of this one: the server gives both up
/// at the moment in which the process or its connection dies.
final class PostgresSession: Sendable {
    /// Seconds between attempts to take back a number that the server still counts as another session's.
    private static let patience = 1.0
    /// Words that somebody who listens may fall behind before they are let go.
    private static let backlog = 1000
    private let queue = DispatchQueue(label: "hallway postgres session")
    private let voice: PostgresVoice
    /// Locked on the queue only, so never waited for.
    private let state: Mutex<State>
    private let listeners = Mutex<[UUID: AsyncStream<String>.Continuation]>([:])

    private struct State {
        let connection: PostgresConnection
        var lanes: Set<String> = []
        /// Numbers that went with a session, and are this process's all the same: they are in its ids.
        var lost: Set<String> = []
        var watch: (any DispatchSourceRead)?
        var isClosed = false
        /// Attempts to connect since the session was lost.
        var attempts = 0
        var isRetrying = false

        /// The session is over, and every lane is free; what is asked for again is remembered.
        mutating func end() {
            watch?.cancel()
            watch = nil
            lost.formUnion(lanes.filter { $0.hasPrefix("process ") })
            lanes = []
            connection.close()
        }

        /// Asks for a lane; true when it is this session's.
        mutating func take(_ name: String) throws -> Bool {
            guard !lanes.contains(name) else { return true }
            let answer = try connection.execute(PostgresSession.lock("pg_try_advisory_lock"), [.text(name)])
            guard PostgresRow(result: answer, row: 0).bool(0) else { return false }
            lanes.insert(name)
            lost.remove(name)
            return true
        }
    }

    init(_ address: PostgresAddress, voice: PostgresVoice) {
        self.voice = voice
        state = Mutex(State(connection: PostgresConnection(address)))
    }

    /// Words of other processes from now on; ``StoreWord/begun`` as soon as there is somebody who listens for
    /// them.
    func listen() -> AsyncStream<String> {
        AsyncStream(bufferingPolicy: .bufferingOldest(Self.backlog)) { continuation in
            let id = UUID()
            continuation.onTermination = { [weak self] _ in
                self?.listeners.withLock { $0[id] = nil }
            }
            queue.async { [self] in
                listeners.withLock { $0[id] = continuation }
                if state.withLock({ $0.watch == nil }) {
                    connect()
                } else {
                    continuation.yield(StoreWord.begun)
                }
            }
        }
    }

    func claim(_ name: String) async throws -> Bool {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in continuation.resume(with: Result { try take(name) }) }
        }
    }

    func release(_ name: String) async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                give(name)
                continuation.resume()
            }
        }
    }

    func close() {
        queue.sync {
            state.withLock { state in
                state.isClosed = true
                state.end()
            }
        }
        let all = listeners.withLock { listeners in
            defer { listeners = [:] }
            return Array(listeners.values)
        }
        for listener in all { listener.finish() }
    }

    // MARK: On the queue

    private func take(_ name: String) throws -> Bool {
        if state.withLock({ $0.watch == nil }) { try begin() }
        defer { hear() }
        return try state.withLock { try $0.take(name) }
    }

    private func give(_ name: String) {
        state.withLock { state in
            state.lost.remove(name)
            guard state.lanes.remove(name) != nil else { return }
            // Where this fails the session is lost, and its locks with it.
            do {
                _ = try state.connection.execute(Self.lock("pg_advisory_unlock"), [.text(name)])
            } catch {
                state.end()
            }
        }
        hear()
    }

    private static func lock(_ function: String) -> String {
        "SELECT \(function)(hashtextextended('hallway lane ' || current_schema() || ' ' || $1, 0))"
    }

    /// Connects for those who listen, and tries again until it succeeds.
    private func connect() {
        do {
            try begin()
        } catch {
            let attempts = state.withLock { state in
                state.attempts += 1
                return state.isClosed || listeners.withLock(\.isEmpty) ? nil : Optional(state.attempts)
            }
            guard let attempts else { return }
            queue.asyncAfter(deadline: .now() + .milliseconds(min(100 << min(attempts, 6), 5000))) {
                [weak self] in
                guard let self, state.withLock({ $0.watch == nil }) else { return }
                connect()
            }
        }
    }

    /// Begins a session, and tells those who listen that they may have missed something.
    private func begin() throws {
        try state.withLock { state in
            guard !state.isClosed else { throw StorageError.unavailable("the store is closed") }
            state.end()
            try state.connection.open()
            // This process's number is in its ids, so it is taken again before anybody else can have it.
            for name in state.lost { _ = try state.take(name) }
            try state.connection.command("LISTEN \(voice.channel)")
            state.attempts = 0
            state.watch = try watch(state.connection.socket)
        }
        retry()
        tell(StoreWord.begun)
    }

    /// Where the server has not noticed yet that the session before is over, a number is still that one's, and nobody
    /// else's either; it is asked for until it is this one's.
    private func retry() {
        guard state.withLock({ !$0.lost.isEmpty && $0.watch != nil && !$0.isRetrying }) else { return }
        state.withLock { $0.isRetrying = true }
        queue.asyncAfter(deadline: .now() + Self.patience) { [weak self] in
            guard let self else { return }
            let isLost = state.withLock { state -> Bool in
                state.isRetrying = false
                // A new session asks as it begins.
                guard state.watch != nil else { return false }
                do {
                    for name in state.lost { _ = try state.take(name) }
                    return false
                } catch {
                    state.end()
                    return true
                }
            }
            if isLost, !listeners.withLock(\.isEmpty) { connect() }
            hear()
            retry()
        }
    }

    /// Waits for something to read, on a copy of the socket, which stays open as long as it is watched.
    private func watch(_ socket: Int32) throws -> any DispatchSourceRead {
        let copy = dup(socket)
        guard copy >= 0 else { throw StorageError.unavailable("no file descriptor is left") }
        let source = DispatchSource.makeReadSource(fileDescriptor: copy, queue: queue)
        source.setEventHandler { [weak self] in self?.hear() }
        source.setCancelHandler { Foundation.close(copy) }
        source.resume()
        return source
    }

    /// Passes on what has come.
    private func hear() {
        let (words, isLost) = state.withLock { state -> ([String], Bool) in
            guard state.watch != nil else { return ([], false) }
            let isOver = !state.connection.listen()
            var words: [String] = []
            while let notification = state.connection.nextNotification() {
                if !voice.isOwn(notification.process) { words.append(notification.word) }
            }
            if isOver { state.end() }
            return (words, isOver)
        }
        for word in words { tell(word) }
        if isLost, !listeners.withLock(\.isEmpty) { connect() }
    }

    private func tell(_ word: String) {
        for listener in listeners.withLock({ Array($0.values) }) {
            // Whoever has no room for a word would not know that it was told.
            if case .dropped = listener.yield(word) { listener.finish() }
        }
    }
}
