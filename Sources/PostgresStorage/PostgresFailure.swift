import CPostgres
import Storage

/// What a server, or the way to it, said no with.
struct PostgresFailure {
    /// SQLSTATE, five characters; empty when it was not the server that spoke.
    let state: String
    let message: String
    let isConnectionLost: Bool

    /// Whether the same transaction may succeed when it runs again: it met another one.
    var isPassing: Bool { state == "40001" || state == "40P01" }

    /// Whether a prepared statement is not what it was: a later release changed a table, say.
    var isStale: Bool { state == "0A000" || state == "26000" }

    var error: StorageError {
        guard !isConnectionLost else { return .unavailable(message) }
        return switch state {
        case "23505": .duplicate(message)
        case "53100": .diskFull
        case "25006": .readOnly(message)
        case "40001", "40P01", "55P03", "57014": .busy
        case "XX001", "XX002": .damaged(message)
        case "25P03": .unavailable(message)
        case let state where state.hasPrefix("08") || state.hasPrefix("57P"): .unavailable(message)
        default: .other("\(state) \(message)")
        }
    }
}

extension PostgresResult {
    /// What went wrong; nil when nothing did. Details are left out, since they repeat values.
    func failure(on connection: OpaquePointer) -> PostgresFailure? {
        switch PQresultStatus(handle) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC:
            return nil
        default:
            let isLost = PQstatus(connection) != CONNECTION_OK
            let message = field("M") ?? firstLine(PQerrorMessage(connection))
            let constraint = field("n").map { " (\($0))" } ?? ""
            return PostgresFailure(
                state: field("C") ?? "", message: message + constraint, isConnectionLost: isLost)
        }
    }

    /// A part of the error by its letter (libpq's `PG_DIAG_…`).
    private func field(_ letter: Unicode.Scalar) -> String? {
        PQresultErrorField(handle, Int32(letter.value)).map { String(cString: $0) }
    }
}
