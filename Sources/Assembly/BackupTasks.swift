import Directory
import Domain
import Foundation
import JSON
import PostgresStorage
import Storage
import Surface

/// Copies of a node's database: to a backup folder, back from one, and from one engine to the other. The node may run.
///
/// A backup is a folder with a database file, whatever the engine, the master key that belongs to it, and a list of
/// what each table held. It is of the schema of what was backed up, and never changed: what is of an earlier one is
/// upgraded when it is restored.
public struct BackupTasks: Sendable {
    private static let database = "hallway.sqlite"
    private static let list = "contents.json"
    private static let key = "master.key"
    /// What a backup of an earlier schema is upgraded in.
    private static let upgrade = "upgrade.sqlite"
    private let settings: Settings
    private let progress: @Sendable (String, Int) -> Void

    /// `progress`: told of each table that is done, and its rows.
    public init(settings: Settings, progress: @escaping @Sendable (String, Int) -> Void) {
        self.settings = settings
        self.progress = progress
    }

    /// Writes a backup into a new folder; answers how many rows it holds.
    ///
    /// - Throws: ``SettingsFault``; then the folder is no backup.
    public func backup(to folder: String) async throws -> Int {
        let files = FileManager.default
        guard !files.fileExists(atPath: folder) else {
            throw SettingsFault("\(folder) is there already: name a folder that is not")
        }
        let store = try OpenStore.read(settings.database)
        try await say {
            try files.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let sums: [String: TableSum]
        do {
            sums = try await say {
                try await DatabaseCopy.copy(
                    from: store, to: SQLiteFile(path: "\(folder)/\(Self.database)"), progress: progress)
            }
            try await say {
                try DurableFile.copy("\(settings.dataFolder)/\(Self.key)", to: folder, as: Self.key)
                // Last, so that a backup which was cut short is known for what it is.
                let list = "\(folder)/\(Self.list)"
                try Data(BackupList.write(sums).bytes).write(to: URL(filePath: list))
                for path in [list, folder] { try DurableFile.sync(path) }
            }
        } catch {
            try? files.removeItem(atPath: folder)
            throw error
        }
        return sums.values.reduce(0) { $0 + $1.rows }
    }

    /// Fills the empty database of the settings from a backup that was verified first, and brings it up to date. What a
    /// directory said after the backup is lost, so it goes on beyond it (``Resumption``).
    ///
    /// - Returns: how many rows there are, and whether it is a directory.
    public func restore(from folder: String) async throws -> (rows: Int, isDirectory: Bool) {
        let isEarlier = try await verify(folder).earlierSchema != nil
        let files = FileManager.default
        let key = "\(settings.dataFolder)/\(Self.key)"
        try await say {
            try files.createDirectory(
                atPath: settings.dataFolder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        guard !files.fileExists(atPath: key) else {
            throw SettingsFault(
                "\(settings.dataFolder) belongs to a node already: restore into a new dataFolder")
        }
        defer { removeUpgrade() }
        let source = try await say { try isEarlier ? upgraded(folder) : open(folder) }
        let isDirectory = try await say {
            try await source.read { try Resumption.isDirectory($0) }
        }
        let sums: [String: TableSum]
        do {
            sums = try await say {
                // The key first: a database without it would be of no use, and could not be restored into again.
                try DurableFile.copy("\(folder)/\(Self.key)", to: settings.dataFolder, as: Self.key)
                return try await DatabaseCopy.copy(
                    from: source, to: target(settings.database), progress: progress)
            }
        } catch {
            try? files.removeItem(atPath: key)
            throw error
        }
        if isDirectory { try await goOn() }
        return (sums.values.reduce(0) { $0 + $1.rows }, isDirectory)
    }

    /// What a directory said after the backup is left behind.
    private func goOn() async throws {
        do {
            let store = try OpenStore.open(settings.database)
            try await Resumption.resume(store, at: Date())
            try store.close()
        } catch {
            let reason = (error as? Refusal).map { Problem($0).message } ?? "\(error)"
            throw SettingsFault(
                "all of it is restored, but the directory must not be started before it goes on from what it last said: "
                    + "\(reason); mend that, then run `hallway admin directory continue`")
        }
    }

    /// Checks a backup against its own list; without a folder, the database of the settings for rows that point at
    /// nothing.
    ///
    /// - Returns: how many rows there are, and of which schema, where that is an earlier one.
    public func verify(_ folder: String?) async throws -> (rows: Int, earlierSchema: Int?) {
        guard let folder else { return try await verifyOwn() }
        guard let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(Self.list)")),
            let expected = BackupList.read(Array(data))
        else { throw SettingsFault("\(folder) is no complete backup: it has no \(Self.list)") }
        let store = try open(folder)
        if let fault = try await say({ try await store.read { try $0.integrityFault() } }) {
            throw SettingsFault("the backup \(folder) is damaged: \(fault)")
        }
        try await say { try await MasterKey.check(folder: folder, store: store) }
        let found = try await say { try await DatabaseCopy.sums(of: store) }
        guard Set(found.keys) == Set(expected.keys) else {
            throw SettingsFault(
                "the backup \(folder) is of another release, or its \(Self.list) is not whole")
        }
        for (table, sum) in expected where found[table] != sum {
            throw SettingsFault("the backup \(folder) is damaged: \(table) is not what was backed up")
        }
        return (found.values.reduce(0) { $0 + $1.rows }, try await earlierSchema(of: store))
    }

    /// Carries the database of the settings to another address. A node that works on either is seen: on the source by the
    /// data folder and, on a server, by the numbers of its processes, which are held until all is done; on the target
    /// since it is not empty then.
    public func move(to text: String) async throws -> Int {
        let address = try Settings.database(text, folder: settings.dataFolder)
        guard address != settings.database else {
            throw SettingsFault("the database is at \(address) already")
        }
        // What a node or a command wrote meanwhile would be left behind.
        let occupancy = try Occupancy(alone: settings.dataFolder)
        defer { occupancy.end() }
        let store = try OpenStore.open(settings)
        for number in Node.numbers where try await !say({ try await store.claim("process \(number)") }) {
            throw Occupancy.isServed
        }
        let sums = try await say {
            try await DatabaseCopy.copy(from: store, to: target(address), progress: progress)
        }
        return sums.values.reduce(0) { $0 + $1.rows }
    }

    private func verifyOwn() async throws -> (rows: Int, earlierSchema: Int?) {
        let store = try OpenStore.read(settings.database)
        let (fault, orphans) = try await say {
            try await store.read { (try $0.integrityFault(), try $0.orphans()) }
        }
        if let fault { throw SettingsFault("the database is damaged: \(fault); restore it from a backup") }
        guard orphans.isEmpty else {
            let words = orphans.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
            throw SettingsFault("the database holds rows that point at nothing: \(words)")
        }
        let sums = try await say { try await DatabaseCopy.sums(of: store) }
        return (sums.values.reduce(0) { $0 + $1.rows }, try await earlierSchema(of: store))
    }

    private func earlierSchema(of store: any Store) async throws -> Int? {
        let version = try await say { try await store.read { try $0.schemaVersion() } }
        return version < Migrations.newest ? version : nil
    }

    /// A backup's database, to be read as it is.
    private func open(_ folder: String) throws(SettingsFault) -> any Store {
        do {
            return try SQLiteStore(reading: "\(folder)/\(Self.database)")
        } catch StorageError.newer(let version, let known) {
            throw SettingsFault(
                "the backup \(folder) was made by a later release (schema \(version), this one knows \(known)): use "
                    + "that release")
        } catch StorageError.foreign {
            throw SettingsFault("the backup \(folder) holds no node's database")
        } catch {
            throw SettingsFault("the backup \(folder) cannot be read: \(error)")
        }
    }

    /// A backup's database, brought up to date in a copy: the backup stays what it is.
    private func upgraded(_ folder: String) throws -> any Store {
        removeUpgrade()
        try DurableFile.copy("\(folder)/\(Self.database)", to: settings.dataFolder, as: Self.upgrade)
        return try SQLiteStore(path: "\(settings.dataFolder)/\(Self.upgrade)")
    }

    private func removeUpgrade() {
        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(settings.dataFolder)/\(Self.upgrade)\(ending)")
        }
    }

    private func target(_ address: DatabaseAddress) -> any CopyTarget {
        switch address {
        case .sqlite(let path): SQLiteFile(path: path)
        case .postgres(let url): PostgresTarget(url: url)
        }
    }

    private func say<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let fault as SettingsFault {
            throw fault
        } catch StorageError.foreign {
            throw SettingsFault(
                "the target belongs to another program; nothing in it was changed: name an empty file or schema"
            )
        } catch StorageError.newer(let version, let known) {
            throw SettingsFault(
                "a later release made it (schema \(version), this one knows \(known)); nothing was changed: use that "
                    + "release")
        } catch let error as StorageError {
            throw SettingsFault("it did not work, and nothing was changed: \(error)")
        } catch {
            throw SettingsFault("it did not work: \(error)")
        }
    }
}
