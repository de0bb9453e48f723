/// What can go wrong with the database itself.
public enum StorageError: Error, Equatable, Sendable {
    /// A row would repeat what must be unique.
    case duplicate(String)
    case diskFull
    case readOnly(String)
    /// Another process holds it.
    case busy
    /// The server cannot be reached, or went away in the middle. The next use connects again; whether a write
    /// that ended like this was kept, nobody knows.
    case unavailable(String)
    /// The file is no database, or its content contradicts itself.
    case damaged(String)
    /// It belongs to another program.
    case foreign
    /// Made by a later release than this one.
    case newer(version: Int, known: Int)
    case other(String)

    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
}
