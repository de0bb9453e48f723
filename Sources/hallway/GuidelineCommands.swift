import ArgumentParser
import Assembly
import Foundation

/// `hallway admin guidelines`
struct GuidelinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guidelines", abstract: "What this node asks of those who write on it.",
        subcommands: [SetGuidelines.self, ListGuidelines.self])
}

/// `hallway admin guidelines set`
struct SetGuidelines: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract:
            "Put a text in force, and print its version. Until people accept it they read, and do not write.")

    @Argument(
        help: "A file of plain text, UTF-8; lists become the rules that clients show; - for standard input.")
    var file: String
    @Flag(help: "Whoever accepted the version before need not accept this one.") var optional = false
    @Option(help: "What is different from the version before, in one sentence.") var change = ""
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            let bytes =
                file == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
            guard let bytes, let text = String(data: bytes, encoding: .utf8) else {
                throw ValidationError("\(file) cannot be read, or is not UTF-8")
            }
            let tasks = try await AdminTasks(settings: settings, logger: logger)
            print(try await tasks.setGuidelines(text, change: change, isRequired: !optional))
        }
    }
}

/// `hallway admin guidelines list`
struct ListGuidelines: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The versions, the latest first, and how many people accepted each.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            for line in try await AdminTasks(settings: settings, logger: logger).guidelines() { print(line) }
        }
    }
}
