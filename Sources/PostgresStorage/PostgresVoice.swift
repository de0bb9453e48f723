import Storage
import Synchronization

/// On which channel the processes of one database speak, and what is this process's own voice.
final class PostgresVoice: Sendable {
    let channel: String
    private let own = Atomic<Int32>(0)

    /// - Parameter channel: one for each schema, since channels are the whole database's.
    init(channel: String) { self.channel = channel }

    /// The voice of the schema that a connection works in.
    convenience init(of connection: PostgresConnection) throws {
        let mark = try connection.command("SELECT to_hex(hashtextextended(current_schema(), 0))")
        guard let mark = PostgresRow(result: mark, row: 0).optionalText(0) else {
            throw StorageError.other("the search path of the database names no schema that exists")
        }
        self.init(channel: "hallway_\(mark)")
    }

    /// Says which of the server's processes writes for this one.
    func speak(as process: Int32) { own.store(process, ordering: .relaxed) }

    func isOwn(_ process: Int32) -> Bool { own.load(ordering: .relaxed) == process }
}
