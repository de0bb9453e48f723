import ArgumentParser
import Assembly
import Foundation

/// `hallway admin`
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Look after a node or a directory, also while it runs.",
        subcommands: [
            PersonCommand.self, CountCommand.self, CheckCommand.self, RetryCommand.self, KeysCommand.self,
            InvitationCommand.self, BackupCommand.self, RestoreCommand.self, VerifyCommand.self,
            MoveDatabaseCommand.self,
            DirectoryCareCommand.self, NodesCommand.self, RecognitionsCommand.self, GuidelinesCommand.self,
        ]
    )
}

/// `hallway admin person`
struct PersonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "The people of this node.",
        subcommands: [CreatePerson.self, DismissPerson.self, RestorePerson.self, AllowPerson.self])
}

/// `hallway admin person create`
struct CreatePerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a person, and answer with one line of JSON.")

    @Argument(help: "The name part of the handle: letters, digits and underscores.")
    var name: String
    @Option(help: "The name that people see.") var displayName = ""
    @Option(help: "The e-mail address; made up from the name when left out.") var email: String?
    @Option(help: "The password; made at random when left out.") var password: String?
    @Option(help: "The job title.") var title = ""
    @Option(help: "The department.") var department = ""
    @Option(help: "The office.") var office = ""
    @Option(help: "Skills, separated by commas.") var skills = ""
    @Flag(help: "May administrate this node.") var admin = false
    @Flag(help: "May publish announcements.") var mayAnnounce = false
    @Flag(help: "Give a token for the client interface as well.") var token = false
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, logger in
            var order = PersonOrder(
                name: name, displayName: displayName, email: email, password: password, title: title,
                department: department, office: office, skills: skills, isAdministrator: admin,
                wantsToken: token)
            order.mayAnnounce = mayAnnounce
            print(try await AdminTasks(settings: settings, logger: logger).create(order))
        }
    }
}

/// `hallway admin count`
struct CountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count", abstract: "Print how many posts, actors, deliveries or inbox rows there are.")

    @Argument(help: "posts, actors, deliveries or inbox") var what: String
    @OptionGroup var option: SettingsOption

    func run() async throws {
        try await option.run(isQuiet: true) { settings, _ in print(try await AdminTasks.count(what, settings))
        }
    }
}
