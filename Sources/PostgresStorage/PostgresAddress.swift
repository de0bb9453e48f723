import CPostgres
import Storage

/// Where the server is and how a session with it begins.
struct PostgresAddress: Sendable {
    /// The oldest release in which a database's owner may add `unaccent`.
    private static let oldestServer: Int32 = 130_000
    private let url: String

    /// - Parameter url: as libpq takes it, `postgres://…`.
    /// - Throws: ``StorageError`` when libpq does not understand it; the address, which may hold a password, is not
    ///   repeated.
    init(_ url: String) throws {
        if let fault = hallway_open_postgres() {
            throw StorageError.other(
                "PostgreSQL's client library, Debian's libpq5, cannot be used: \(String(cString: fault))")
        }
        guard let options = PQconninfoParse(url, nil) else {
            throw StorageError.other("the address of the database server is not written as libpq takes it")
        }
        PQconninfoFree(options)
        self.url = url
    }

    /// Opens a session and settles how it behaves.
    ///
    /// - Returns: libpq's connection, for the caller to finish.
    func connect() throws -> OpaquePointer {
        // What the address says comes later and wins, but for the encoding.
        let settings = [
            ("connect_timeout", "5"), ("keepalives_idle", "15"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
            ("fallback_application_name", "hallway"),
            ("dbname", url), ("client_encoding", "UTF8"),
        ]
        let handle = withCStrings(settings.map(\.0)) { names in
            withCStrings(settings.map(\.1)) { values in PQconnectdbParams(names, values, 1) }
        }
        guard let handle else { throw StorageError.unavailable("out of memory") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw StorageError.unavailable(firstLine(PQerrorMessage(handle)))
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        do {
            try check(handle)
            try settle(handle)
        } catch {
            PQfinish(handle)
            throw error
        }
        return handle
    }

    private func check(_ handle: OpaquePointer) throws {
        guard PQserverVersion(handle) >= Self.oldestServer else {
            throw StorageError.other("the server is older than PostgreSQL 13")
        }
        guard let encoding = PQparameterStatus(handle, "server_encoding"), String(cString: encoding) == "UTF8"
        else { throw StorageError.other("the database's encoding is not UTF8") }
    }

    /// What is acknowledged is on the disk, whatever the server's file says; nothing waits for ever; and the server
    /// notices when this process is cut off, so that its lanes and its lock become free. Statements that read a page are
    /// over before a plan of theirs would be compiled.
    private func settle(_ handle: OpaquePointer) throws {
        let result = PostgresResult(
            PQexec(
                handle,
                """
                SET client_min_messages = warning; SET lock_timeout = '10s'; SET jit = off;
                SET idle_in_transaction_session_timeout = '60s';
                SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
                SELECT set_config('synchronous_commit', 'on', false)
                WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
                """))
        if let failure = result.failure(on: handle) { throw failure.error }
    }
}

/// The first line of a message of libpq's; the others say again where it tried.
func firstLine(_ message: UnsafePointer<CChar>?) -> String {
    guard let message else { return "no message" }
    return String(cString: message).split(separator: "\n").first.map(String.init) ?? "no message"
}

/// Calls `body` with a list of C strings that ends with null.
private func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
) -> Value {
    let bytes = strings.flatMap { $0.utf8CString }
    return bytes.withUnsafeBufferPointer { buffer in
        var offset = 0
        var pointers: [UnsafePointer<CChar>?] = strings.map { string in
            defer { offset += string.utf8.count + 1 }
            return buffer.baseAddress.map { $0 + offset }
        }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
