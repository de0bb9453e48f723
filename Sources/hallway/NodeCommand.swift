import ArgumentParser
import Assembly

/// `hallway node`
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Run a node: one office, with its own people, data and rules.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run { settings, logger in
            try await Node(settings: settings, logger: logger, isServing: true).run()
        }
    }
}

/// `hallway directory`
struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory",
        abstract: "Run the directory: the anchor of an organisation's nodes and people.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run { settings, logger in
            try await DirectoryServer(settings: settings, logger: logger, isServing: true).run()
        }
    }
}
