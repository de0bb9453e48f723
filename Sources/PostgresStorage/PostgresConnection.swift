import CPostgres
import Foundation
import Storage

/// One session with the server. Its calls block, so it belongs to one queue.
final class PostgresConnection {
    private static let statementLimit = 500
    private let address: PostgresAddress
    private var handle: OpaquePointer?
    private var statements: [StatementKey: String] = [:]
    private var statementCount = 0
    /// A command that was sent and whose answer nobody has read yet.
    private var hasUnreadAnswer = false
    /// A command that goes out together with the next statement, to save the way there and back.
    private var ahead: String?
    /// The first failure since the transaction began: the server refuses whatever follows in it.
    var failure: PostgresFailure?

    /// The same text with values of other types is another statement.
    private struct StatementKey: Hashable {
        let sql: String
        let types: [UInt32]
    }

    init(_ address: PostgresAddress) { self.address = address }

    deinit { PQfinish(handle) }

    /// The number of the server's process for this session.
    var process: Int32 { PQbackendPID(handle) }
    var socket: Int32 { PQsocket(handle) }
    var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// Makes sure that there is a session that can begin a transaction; true when it is a new one.
    @discardableResult
    func open() throws -> Bool {
        failure = nil
        ahead = nil
        if isAlive() { return false }
        close()
        handle = try address.connect()
        return true
    }

    func close() {
        PQfinish(handle)
        handle = nil
        statements = [:]
        hasUnreadAnswer = false
    }

    /// Takes in all that has come; false when the session is over.
    ///
    /// The server's last words and the end of the session come together, and are announced only once.
    func listen() -> Bool {
        guard handle != nil else { return false }
        repeat {
            guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { return false }
        } while hasMore()
        return true
    }

    private func hasMore() -> Bool {
        var entry = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// The next notification that has come.
    func nextNotification() -> (process: Int32, word: String)? {
        guard let notification = PQnotifies(handle) else { return nil }
        defer { PQfreemem(notification) }
        let word = notification.pointee.extra.map { String(cString: $0) } ?? ""
        return (notification.pointee.be_pid, word)
    }

    /// Runs commands without values, one after the other, and answers as the last one did.
    @discardableResult
    func command(_ sql: String) throws -> PostgresResult {
        let handle = try theHandle()
        return try checked(PostgresResult(PQexec(handle, sql)), handle)
    }

    /// Has a command go out together with the first statement that follows.
    func sendAhead(_ sql: String) { ahead = sql }

    /// Ends what ``sendAhead(_:)`` began, without waiting for the answer.
    func finish(_ sql: String) {
        guard ahead == nil else { return ahead = nil }
        guard let handle, PQstatus(handle) == CONNECTION_OK else { return }
        hasUnreadAnswer = PQsendQuery(handle, sql) == 1
        if !hasUnreadAnswer { close() }
    }

    /// Runs one statement, prepared once for each session.
    func execute(_ sql: String, _ values: [SQLValue]) throws -> PostgresResult {
        let handle = try theHandle()
        let parameters = PostgresParameters(values)
        let key = StatementKey(sql: sql, types: parameters.types)
        let known = statements[key]
        let result: PostgresResult
        if let known, ahead == nil {
            result = PostgresResult(
                parameters.with { PQexecPrepared(handle, known, $0, $1, $2, $3, 1) })
        } else {
            result = try inOneGo(handle, key, parameters, name: known)
        }
        return try checked(result, handle)
    }

    /// What goes ahead, the preparation and the statement itself, with one wait for all of them.
    private func inOneGo(
        _ handle: OpaquePointer, _ key: StatementKey, _ parameters: PostgresParameters, name known: String?
    ) throws -> PostgresResult {
        if known == nil, statements.count >= Self.statementLimit, ahead == nil { try forgetStatements() }
        let name = known ?? nextName()
        PQenterPipelineMode(handle)
        defer { PQexitPipelineMode(handle) }
        var commands = 1
        var isSent = true
        if let ahead {
            commands += 1
            isSent = PQsendQueryParams(handle, ahead, 0, nil, nil, nil, nil, 0) == 1
            self.ahead = nil
        }
        if known == nil {
            commands += 1
            isSent =
                isSent
                && PQsendPrepare(handle, name, key.sql, Int32(key.types.count), key.types) == 1
        }
        isSent =
            isSent && parameters.with { PQsendQueryPrepared(handle, name, $0, $1, $2, $3, 1) } == 1
            && PQpipelineSync(handle) == 1
        guard isSent else { return PostgresResult(nil) }
        let answers = (0..<commands).map { _ in answer(handle) }
        PQclear(PQgetResult(handle))
        let failed = answers.first { $0.failure(on: handle) != nil }
        if known == nil, answers.suffix(2).first?.failure(on: handle) == nil { statements[key] = name }
        return failed ?? answers[commands - 1]
    }

    /// One answer of a pipeline, and the null that ends it.
    private func answer(_ handle: OpaquePointer) -> PostgresResult {
        let result = PostgresResult(PQgetResult(handle))
        guard result.handle != nil else { return result }
        while let more = PQgetResult(handle) { PQclear(more) }
        return result
    }

    private func nextName() -> String {
        statementCount += 1
        return "s\(statementCount)"
    }

    private func forgetStatements() throws {
        statements = [:]
        try command("DEALLOCATE ALL")
    }

    private func theHandle() throws -> OpaquePointer {
        guard let handle else { throw StorageError.unavailable("the connection is closed") }
        return handle
    }

    private func checked(_ result: PostgresResult, _ handle: OpaquePointer) throws -> PostgresResult {
        guard let found = result.failure(on: handle) else { return result }
        failure = failure ?? found
        if found.isStale { statements = [:] }
        throw found.error
    }

    /// Reads what is unread, and notices when the server has hung up meanwhile.
    private func isAlive() -> Bool {
        guard let handle else { return false }
        while hasUnreadAnswer, let rest = PQgetResult(handle) { PQclear(rest) }
        hasUnreadAnswer = false
        return listen() && isIdle
    }
}
