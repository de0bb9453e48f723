import Storage

/// The one writer of this process, which takes turns with those of other processes.
///
/// Each transaction first waits for a lock of the whole schema, so that writes have SQLite's meaning: nobody else
/// writes between its reads and its writes, and the event log's positions are committed in their order
/// (Spec/decisions/0010).
struct PostgresWriter: Writer {
    private static let attempts = 5
    let connection: PostgresConnection
    let voice: PostgresVoice

    /// READ COMMITTED: each statement sees what was committed before it, so also before the lock was had.
    private static let beginning = """
        BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
        SELECT pg_advisory_xact_lock(hashtextextended('hallway write ' || current_schema(), 0))
        """

    func inTransaction(_ body: (Transaction) throws -> Void) throws {
        var isGuarded = false
        for attempt in 1... {
            if try connection.open() { voice.speak(as: connection.process) }
            try begin()
            do {
                try body(transaction(isGuarded: isGuarded))
                if let failure = connection.failure { throw failure.error }
                return try commit()
            } catch {
                let failure = connection.failure
                undo()
                guard let failure, !failure.isConnectionLost, attempt < Self.attempts else { throw error }
                if failure.isPassing || failure.isStale { continue }
                // The body may know what to do about a statement that failed, as it may with SQLite.
                guard !isGuarded else { throw error }
                isGuarded = true
            }
        }
    }

    func inSavepoint(_ body: (Transaction) throws -> Void) throws {
        try connection.command("SAVEPOINT job")
        do {
            try body(transaction(isGuarded: true))
            try connection.command("RELEASE job")
        } catch {
            if connection.failure?.isConnectionLost != true {
                try connection.command("ROLLBACK TO job; RELEASE job")
                connection.failure = nil
            }
            throw error
        }
    }

    private func begin() throws {
        do {
            try connection.command(Self.beginning)
        } catch {
            undo()
            guard error as? StorageError == .busy else { throw error }
            throw StorageError.unavailable("another process holds the database for too long")
        }
    }

    /// Tells the others, and returns once everything is on the disk.
    private func commit() throws {
        let result: PostgresResult
        do {
            result = try connection.command("SELECT pg_notify('\(voice.channel)', ''); COMMIT")
        } catch StorageError.unavailable(let message) {
            throw StorageError.unavailable("\(message); whether this was kept is not known")
        }
        guard result.command == "COMMIT" else { throw StorageError.other("the server undid a write") }
    }

    private func undo() {
        connection.failure = nil
        // A session that cannot even undo is not used again.
        do { try connection.command("ROLLBACK") } catch { connection.close() }
    }

    private func transaction(isGuarded: Bool) -> Transaction {
        Transaction(
            connection: PostgresTransaction(connection: connection, voice: voice, isGuarded: isGuarded))
    }
}
