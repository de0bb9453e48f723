import ArgumentParser
import Assembly
import Foundation

/// `hallway admin backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy database and master key into a new folder, also while the node runs; checked.")

    @Argument(help: "A folder that is not there yet.") var folder: String
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, _ in
            let rows = try await BackupTasks(settings: settings, progress: tell).backup(to: folder)
            print("\(rows) rows backed up to \(folder)")
        }
    }
}

/// `hallway admin restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Fill an empty database and data folder from a backup, after verifying it.")

    @Argument(help: "The backup's folder.") var folder: String
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, _ in
            let (rows, isDirectory) = try await BackupTasks(settings: settings, progress: tell)
                .restore(from: folder)
            print("\(rows) rows restored from \(folder)")
            if isDirectory { print(ContinueDirectory.advice) }
        }
    }
}

/// `hallway admin verify`
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a backup against its own list, or, without a folder, this node's database.")

    @Argument(help: "The backup's folder.") var folder: String?
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, _ in
            let (rows, schema) = try await BackupTasks(settings: settings, progress: tell).verify(folder)
            let moment = folder == nil ? "the node starts" : "it is restored"
            let note = schema.map { "; of schema \($0): it is upgraded when \(moment)" } ?? ""
            print("\(rows) rows, all in order\(note)")
        }
    }
}

/// `hallway admin move-database`
struct MoveDatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move-database",
        abstract:
            "Carry the database to another address, from SQLite to PostgreSQL or back; stop the node first.")

    @Argument(help: "Where to: sqlite:PATH or postgres://…, empty.") var address: String
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, _ in
            let rows = try await BackupTasks(settings: settings, progress: tell).move(to: address)
            print(
                "\(rows) rows moved and verified; set HALLWAY_DATABASE to the new address and start the node")
        }
    }
}

/// A line for each table, on the error stream, so that the answer stays one line.
private func tell(_ table: String, _ rows: Int) {
    guard rows > 0 else { return }
    FileHandle.standardError.write(Data("\(table): \(rows) rows\n".utf8))
}
