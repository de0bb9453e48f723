import ArgumentParser
import Assembly
import Foundation
import Logging

/// What every command reads first.
struct SettingsOption: ParsableArguments {
    @Option(name: .long, help: "The settings file (JSON). The environment wins over it.")
    var settings: String?

    /// Reads the settings, runs the command, and says in one sentence what was wrong, if something was.
    func run(isQuiet: Bool = false, _ body: (Settings, Logger) async throws -> Void) async throws {
        do {
            let settings = try Settings(file: settings, environment: ProcessInfo.processInfo.environment)
            var logger = Logger(label: "hallway") { StreamLogHandler.standardError(label: $0) }
            logger.logLevel = isQuiet ? .error : Logger.Level(rawValue: settings.logLevel) ?? .info
            try await body(settings, logger)
        } catch let fault as SettingsFault {
            FileHandle.standardError.write(Data("hallway: \(fault)\n".utf8))
            throw ExitCode(1)
        }
    }
}

/// `hallway settings`
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Print every setting with its meaning, unit and default.")

    func run() { print(SettingsTable.text) }
}
