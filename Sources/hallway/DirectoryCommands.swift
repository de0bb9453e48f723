import ArgumentParser
import Assembly

/// `hallway admin invitation`
struct InvitationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invitation", abstract: "Invitations to join (at the directory).",
        subcommands: [CreateInvitation.self])
}

/// `hallway admin invitation create`
struct CreateInvitation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Print a code by which one node is admitted; good for a week.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            print(try await DirectoryTasks(settings: settings, logger: logger).invite())
        }
    }
}

/// `hallway admin directory`
struct DirectoryCareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "The directory itself (at the directory).",
        subcommands: [ContinueDirectory.self])
}

/// `hallway admin directory continue`
struct ContinueDirectory: AsyncParsableCommand {
    /// What an administrator has to do by hand then.
    static let advice =
        "The directory goes on beyond what was lost. Nodes that were removed and people who were dismissed after the "
        + "backup must be so again, nodes that were admitted then approved again; invitations are void."
    static let configuration = CommandConfiguration(
        commandName: "continue",
        abstract:
            "Let a directory that was brought back from a copy go on, so that nodes which saw more believe it.",
        discussion: "`hallway admin restore` does so by itself. To be done before the directory starts.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            try await DirectoryTasks(settings: settings, logger: logger).resume()
            print(Self.advice)
        }
    }
}

/// `hallway admin nodes`
struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "The organisation's nodes (at the directory).",
        subcommands: [ListNodes.self, ApproveNode.self, RemoveNode.self], defaultSubcommand: ListNodes.self)
}

/// `hallway admin nodes list`
struct ListNodes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Print each node with its state and fingerprint.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            let lines = try await DirectoryTasks(settings: settings, logger: logger).nodes()
            print(lines.isEmpty ? "No node has asked to join yet." : lines.joined(separator: "\n"))
        }
    }
}

/// `hallway admin nodes approve`
struct ApproveNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Admit the node whose fingerprint its administrator has read to you.")

    @Argument(help: "The fingerprint, in groups or in one.") var fingerprint: [String]
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            let tasks = try await DirectoryTasks(settings: settings, logger: logger)
            print("admitted \(try await tasks.approve(fingerprint: fingerprint.joined()))")
        }
    }
}

/// `hallway admin nodes remove`
struct RemoveNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take a node off the list: every other stops dealing with it.")

    @Argument(help: "Its host, with the port where it has one.") var node: String
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            try await DirectoryTasks(settings: settings, logger: logger).remove(node: node)
        }
    }
}
