import Domain
import FoundationEssentials
import PostgresStorage
import Storage

/// Opens the database that the settings name, or says in one sentence why it cannot.
enum OpenStore {
    static func open(_ settings: Settings) throws(SettingsFault) -> any Store {
        try makeFolder(settings)
        return try open(settings.database)
    }

    static func makeFolder(_ settings: Settings) throws(SettingsFault) {
        do {
            try FileManager.default.createDirectory(
                atPath: settings.dataFolder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw SettingsFault(
                "dataFolder \(settings.dataFolder) cannot be made: choose another, or change its rights")
        }
    }

    static func open(_ address: DatabaseAddress) throws(SettingsFault) -> any Store {
        try say(address) {
            switch address {
            case .sqlite(let path): return try SQLiteStore(path: path)
            case .postgres(let url): return try PostgresStore(url: url)
            }
        }
    }

    /// Opens it to read it as it is: a node of an earlier release may be serving from it, and would not know what an
    /// upgrade makes of it.
    static func read(_ address: DatabaseAddress) throws(SettingsFault) -> any Store {
        if case .sqlite(let path) = address, !FileManager.default.fileExists(atPath: path) {
            throw SettingsFault("there is no database at \(path): set dataFolder or database right")
        }
        return try say(address) {
            switch address {
            case .sqlite(let path): return try SQLiteStore(reading: path)
            case .postgres(let url): return try PostgresStore(url: url, isUpgraded: false)
            }
        }
    }

    /// Reads what a process needs before it can begin.
    static func first<Value: Sendable>(
        of store: any Store, at address: DatabaseAddress,
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await store.read(body)
        } catch let error as StorageError {
            throw SettingsFault(sentence(error, path: "\(address)"))
        }
    }

    private static func say(
        _ address: DatabaseAddress, _ open: () throws -> any Store
    ) throws(SettingsFault) -> any Store {
        do {
            return try open()
        } catch let error as StorageError {
            throw SettingsFault(sentence(error, path: "\(address)"))
        } catch {
            throw SettingsFault("the database \(address) cannot be opened: \(error)")
        }
    }

    private static func sentence(_ error: StorageError, path: String) -> String {
        switch error {
        case .newer(let version, let known):
            "the database \(path) was made by a later release (schema \(version), this one knows \(known)): "
                + "use that release, or restore an older backup"
        case .damaged: "\(path) is not a usable database: restore it from your backup; nothing was changed"
        case .foreign:
            "\(path) belongs to another program; nothing in it was changed: name a file, or a schema of the server, "
                + "of this node's own"
        case .diskFull: "the disk that holds \(path) is full: make room and start again; nothing is lost"
        case .readOnly:
            "the database \(path) cannot be opened for writing: check that folder and file are yours"
        case .busy:
            "the database \(path) is held by another process: stop it, or give this node a file of its own"
        case .unavailable(let message):
            "the database \(path) cannot be reached (\(message)): check that its server runs and may be reached from here"
        case .duplicate(let message), .other(let message): "the database \(path) cannot be used: \(message)"
        }
    }
}
