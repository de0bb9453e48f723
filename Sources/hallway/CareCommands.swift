import ArgumentParser
import Assembly
import Foundation

/// `hallway admin check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Test this node's set-up, and say what to do about each fault.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            let findings = await (try SelfCheck(settings: settings, logger: logger)).run()
            for finding in findings { print("\(finding.isGood ? "ok   " : "FAULT") \(finding.text)") }
            guard findings.allSatisfy(\.isGood) else { throw ExitCode(1) }
        }
    }
}

/// `hallway admin retry`
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Handle again the received activities that were set aside after too many tries.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            print(try await AdminTasks(settings: settings, logger: logger).retryInbox())
        }
    }
}

/// `hallway admin keys`
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "The keys that this node signs with.", subcommands: [RotateKeys.self])
}

/// `hallway admin keys rotate`
struct RotateKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Make new keys; the old ones are honoured for a week.")

    @Argument(help: "A person's name; left out for the node itself.") var name: String?
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            try await AdminTasks(settings: settings, logger: logger).rotateKeys(of: name)
        }
    }
}

/// `hallway admin person dismiss`
struct DismissPerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss",
        abstract: "End a person's sessions and refuse them: a leaver everywhere, or suspended on this node.")

    @Argument(help: "A name on this node; at the directory, a handle such as ada@example.") var name: String
    @Flag(help: "Suspend on this node only.") var suspend = false
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            if name.contains("@") {
                try await DirectoryTasks(settings: settings, logger: logger).dismiss(handle: name)
            } else {
                try await AdminTasks(settings: settings, logger: logger)
                    .setState(of: name, to: suspend ? .suspended : .left)
            }
        }
    }
}

/// `hallway admin person restore`
struct RestorePerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Take a suspension back.")

    @Argument(help: "A name on this node.") var name: String
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            try await AdminTasks(settings: settings, logger: logger).setState(of: name, to: .active)
        }
    }
}

/// `hallway admin recognitions`
struct RecognitionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recognitions",
        abstract: "Compare this node's books of recognitions given and received with each other node's.")

    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            let (lines, agree) = try await AdminTasks(settings: settings, logger: logger).recognitions()
            print(lines.isEmpty ? "This node knows no other node." : lines.joined(separator: "\n"))
            guard agree else { throw ExitCode(1) }
        }
    }
}

/// `hallway admin person allow`
struct AllowPerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow", abstract: "Let a person publish announcements, or no longer.")

    @Argument(help: "A name on this node.") var name: String
    @Flag(help: "Take the right back.") var revoke = false
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            try await AdminTasks(settings: settings, logger: logger)
                .permitAnnouncements(!revoke, to: name)
        }
    }
}
