import Domain
import Foundation
import JSON
import PostgresStorage
import Storage

/// Copies of a node's database: to a backup folder, back from one, and from one engine to the other. The node may run.
///
/// A backup is a folder with a database file, whatever the engine, the master key that belongs to it, and a list of
/// what each table held.
public struct BackupTasks: Sendable {
    private static let database = "hallway.sqlite"
    private static let list = "contents.json"
    private static let key = "master.key"
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
        let store = try OpenStore.open(settings)
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
                try files.copyItem(
                    atPath: "\(settings.dataFolder)/\(Self.key)", toPath: "\(folder)/\(Self.key)")
                // Last, so that a backup which was cut short is known for what it is.
                try Data(Self.write(sums).bytes).write(to: URL(filePath: "\(folder)/\(Self.list)"))
            }
        } catch {
            try? files.removeItem(atPath: folder)
            throw error
        }
        return sums.values.reduce(0) { $0 + $1.rows }
    }

    /// Fills the empty database of the settings from a backup that was verified first.
    public func restore(from folder: String) async throws -> Int {
        _ = try await verify(folder)
        let files = FileManager.default
        let key = "\(settings.dataFolder)/\(Self.key)"
        let source = try await say { try SQLiteStore(reading: "\(folder)/\(Self.database)") }
        try await say {
            try files.createDirectory(
                atPath: settings.dataFolder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        guard !files.fileExists(atPath: key) else {
            throw SettingsFault(
                "\(settings.dataFolder) belongs to a node already: restore into a new dataFolder")
        }
        // The key first: a database without it would be of no use, and could not be restored into again.
        try await say { try files.copyItem(atPath: "\(folder)/\(Self.key)", toPath: key) }
        let sums: [String: TableSum]
        do {
            sums = try await say {
                try await DatabaseCopy.copy(from: source, to: target(settings.database), progress: progress)
            }
        } catch {
            try? files.removeItem(atPath: key)
            throw error
        }
        return sums.values.reduce(0) { $0 + $1.rows }
    }

    /// Checks a backup against its own list; without a folder, the database of the settings for rows that point at
    /// nothing. Answers how many rows there are.
    public func verify(_ folder: String?) async throws -> Int {
        guard let folder else { return try await verifyOwn() }
        guard let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(Self.list)")),
            let expected = Self.read(Array(data))
        else { throw SettingsFault("\(folder) is no complete backup: it has no \(Self.list)") }
        let store = try await say { try SQLiteStore(reading: "\(folder)/\(Self.database)") }
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
        return found.values.reduce(0) { $0 + $1.rows }
    }

    /// Carries the database of the settings to another address.
    public func move(to text: String) async throws -> Int {
        let address = try Settings.database(text, folder: settings.dataFolder)
        guard address != settings.database else {
            throw SettingsFault("the database is at \(address) already")
        }
        let store = try OpenStore.open(settings)
        let sums = try await say {
            try await DatabaseCopy.copy(from: store, to: target(address), progress: progress)
        }
        return sums.values.reduce(0) { $0 + $1.rows }
    }

    private func verifyOwn() async throws -> Int {
        let store = try OpenStore.open(settings)
        let (fault, orphans) = try await say {
            try await store.read { (try $0.integrityFault(), try $0.orphans()) }
        }
        if let fault { throw SettingsFault("the database is damaged: \(fault); restore it from a backup") }
        guard orphans.isEmpty else {
            let words = orphans.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
            throw SettingsFault("the database holds rows that point at nothing: \(words)")
        }
        return try await say { try await DatabaseCopy.sums(of: store) }.values.reduce(0) { $0 + $1.rows }
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
        } catch let error as StorageError {
            throw SettingsFault("it did not work, and nothing was changed: \(error)")
        } catch {
            throw SettingsFault("it did not work: \(error)")
        }
    }

    private static func write(_ sums: [String: TableSum]) -> JSONValue {
        let tables = sums.sorted { $0.key < $1.key }.map { name, sum in
            (
                name,
                ["rows": JSONValue(sum.rows), "sum": .string(String(sum.sum, radix: 16))] as JSONValue
            )
        }
        return ["release": .string(Release.version), "tables": .object(JSONObject(tables))]
    }

    private static func read(_ bytes: [UInt8]) -> [String: TableSum]? {
        guard let tables = (try? JSONParser.parse(bytes))?["tables"]?.object else { return nil }
        var sums: [String: TableSum] = [:]
        for (name, value) in tables.members {
            guard let rows = value["rows"]?.int,
                let sum = value["sum"]?.string.flatMap({ UInt64($0, radix: 16) })
            else { return nil }
            sums[name] = TableSum(rows: Int(rows), sum: sum)
        }
        return sums
    }
}
