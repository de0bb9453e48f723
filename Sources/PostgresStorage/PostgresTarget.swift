public import Storage

/// A PostgreSQL database to copy to.
public struct PostgresTarget: CopyTarget {
    private let url: String

    public init(url: String) { self.url = url }

    public func withWriter(version: Int, _ body: (any Writer) throws -> Void) throws {
        let connection = PostgresConnection(try PostgresAddress(url))
        try connection.open()
        defer { connection.close() }
        let writer = PostgresWriter(connection: connection, voice: try PostgresVoice(of: connection))
        try Migrations.run(on: writer, upTo: version)
        try body(writer)
    }
}
