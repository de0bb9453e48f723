import ArgumentParser
import Assembly

/// The one program: a node, a directory, and the tools of those who run them.
@main
struct Hallway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hallway",
        abstract: "A federated social network for organisations.",
        version: Release.version,
        subcommands: [NodeCommand.self, DirectoryCommand.self, AdminCommand.self, SettingsCommand.self]
    )
}
