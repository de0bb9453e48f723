import Domain
import Federation
import FoundationEssentials
import JSON
public import Logging
import Signatures
import Social
import Storage
import Surface

/// A person to be made from the command line.
public struct PersonOrder: Sendable {
    public var name: String
    public var displayName: String
    public var email: String?
    public var password: String?
    public var title: String
    public var department: String
    public var office: String
    /// Separated by commas.
    public var skills: String
    public var isAdministrator: Bool
    /// Whether they may publish announcements.
    public var mayAnnounce = false
    public var wantsToken: Bool

    public init(
        name: String, displayName: String, email: String?, password: String?, title: String,
        department: String,
        office: String, skills: String, isAdministrator: Bool, wantsToken: Bool
    ) {
        self.name = name
        self.displayName = displayName
        self.email = email
        self.password = password
        self.title = title
        self.department = department
        self.office = office
        self.skills = skills
        self.isAdministrator = isAdministrator
        self.wantsToken = wantsToken
    }
}

/// How a person stands to the node.
public enum PersonState: Sendable {
    case active, suspended, left
}

/// What `hallway admin` does, on the same database as the running node.
public struct AdminTasks: Sendable {
    private let node: Node

    public init(settings: Settings, logger: Logger) async throws {
        node = try await Node(settings: settings, logger: logger)
    }

    /// Makes a person; answers one line of JSON.
    ///
    /// - Throws: ``SettingsFault`` with the rule that said no.
    public func create(_ order: PersonOrder) async throws -> String {
        let password = order.password ?? String(RandomBytes.word().prefix(16))
        let email = order.email ?? "\(order.name.lowercased())@\(node.settings.baseURL.host)"
        var newcomer = People.Newcomer(
            name: order.name, displayName: order.displayName, email: email,
            passwordHash: Password.hash(password), isAdministrator: order.isAdministrator)
        newcomer.work.title = order.title
        newcomer.work.department = order.department
        newcomer.work.office = order.office.isEmpty ? node.settings.nodeName : order.office
        newcomer.work.skills = order.skills.split(separator: ",").map { $0.drop { $0 == " " }.description }
            .filter { !$0.isEmpty }
        do {
            newcomer.mayAnnounce = order.mayAnnounce
            let actor = try await node.people.welcome(newcomer)
            let token =
                order.wantsToken
                ? try await token(for: actor.id, isAdministrator: order.isAdministrator) : nil
            let answer: JSONValue = [
                "username": .string(actor.name), "email": .string(email), "password": .string(password),
                "token": JSONValue(token),
            ]
            return answer.text
        } catch let refusal as Refusal {
            throw SettingsFault(Problem(refusal).message)
        }
    }

    /// Suspends a person, takes that back, or makes them a leaver, for good.
    ///
    /// - Throws: ``SettingsFault`` for a person who is not there, and for a leaver who is to come back.
    public func setState(of name: String, to state: PersonState) async throws {
        guard let actor = try await node.store.read({ try $0.localActor(named: name) }) else {
            throw SettingsFault("there is no person called \"\(name)\" on this node")
        }
        let own: Actor.State =
            switch state {
            case .active: .active
            case .suspended: .suspended
            case .left: .left
            }
        do {
            try await node.people.dismiss(actor.id, as: own)
        } catch let refusal as Refusal {
            throw SettingsFault(Problem(refusal).message)
        }
    }

    /// Gives a person the right to publish announcements, or takes it back.
    public func permitAnnouncements(_ isPermitted: Bool, to name: String) async throws {
        guard let actor = try await node.store.read({ try $0.localActor(named: name) }) else {
            throw SettingsFault("there is no person called \"\(name)\" on this node")
        }
        try await node.people.permitAnnouncements(isPermitted, to: actor.id)
    }

    /// Puts guidelines in force; answers their version. `change`: what is different, for those who know the last one.
    ///
    /// - Throws: ``SettingsFault`` with the rule that said no.
    public func setGuidelines(_ text: String, change: String, isRequired: Bool) async throws -> Int {
        do {
            return try await AcceptGuideline(needs: node.needs)
                .publish(text, change: change, isRequired: isRequired).version
        } catch let refusal as Refusal {
            throw SettingsFault(Problem(refusal).message)
        }
    }

    /// The versions of the guidelines, a line for each: number, day, whether it must be accepted, how many did.
    public func guidelines() async throws -> [String] {
        try await node.store.read { transaction in
            try transaction.guidelines(limit: 1000).map { guideline in
                let day = guideline.publishedAt.ISO8601Format().prefix(10)
                let count = try transaction.countAcceptances(of: guideline.version)
                let word = guideline.isRequired ? "required" : "optional"
                return "\(guideline.version)  \(day)  \(word)  accepted by \(count)  \(guideline.change)"
            }
        }
    }

    /// Lets the running node handle again what was set aside; answers how many activities there were.
    public func retryInbox() async throws -> Int {
        let date = node.needs.now()
        return try await node.store.write { try $0.retrySetAside(at: date) }
    }

    /// Gives a person, or the node itself, new keys.
    public func rotateKeys(of name: String?) async throws {
        let actor =
            if let name { try await node.store.read { try $0.localActor(named: name) } } else {
                try await node.world.nodeActor()
            }
        guard let actor else {
            throw SettingsFault("there is no person called \"\(name ?? "")\" on this node")
        }
        try await node.keys.rotate(actor)
    }

    /// This node's books of recognitions beside each other node's, a line for each; true when all of them agree.
    public func recognitions() async throws -> (lines: [String], agree: Bool) {
        let documents = RecognitionDocuments(world: node.world)
        var (lines, agree) = ([String](), true)
        for own in try await node.store.read({ try $0.recognitionLedger() })
        where !["", node.needs.addresses.authority].contains(own.node) {
            let other = await documents.ask(own.node)
            let word = other.map { own.agrees(with: $0) ? "agrees" : "DIFFERS" } ?? "does not answer"
            agree = agree && word == "agrees"
            lines.append(
                "\(own.node)  \(word)  given \(own.given.count) (\(own.given.points) points, there "
                    + "\(other.map { "\($0.received.points)" } ?? "?"))  received \(own.received.count) "
                    + "(\(own.received.points) points, there \(other.map { "\($0.given.points)" } ?? "?"))")
        }
        await node.client.close()
        return (lines, agree)
    }

    private func token(for person: ActorID, isAdministrator: Bool) async throws -> String {
        let scopes =
            ["read", "write", "follow", "push"] + (isAdministrator ? ["admin:read", "admin:write"] : [])
        let signIn = SignIn(store: node.store, isLimited: false, now: node.needs.now)
        return try await signIn.issue(
            Token(person: person, application: nil, scopes: Scopes(scopes), createdAt: node.needs.now()))
    }

    /// How many there are of something.
    public static func count(_ what: String, _ settings: Settings) async throws -> Int {
        let store = try OpenStore.open(settings)
        return try await store.read { transaction in
            switch what {
            case "posts": try transaction.countPosts(localOnly: false)
            case "actors": try transaction.countActors(localOnly: false)
            case "deliveries": try transaction.countDeliveries()
            case "inbox": try transaction.countInbox()
            default:
                throw SettingsFault(
                    "there is nothing called \"\(what)\" to count: posts, actors, deliveries or inbox")
            }
        }
    }
}
