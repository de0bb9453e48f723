public import Domain
import Markup
import Storage

/// Makes and changes the people of this node.
public struct People: Sendable {
    let needs: Needs
    let makeKeys: @Sendable (ActorID, ObjectURI) throws -> [ActorKey]

    /// `makeKeys`: new keys for an actor, their private halves sealed.
    public init(needs: Needs, makeKeys: @escaping @Sendable (ActorID, ObjectURI) throws -> [ActorKey]) {
        self.needs = needs
        self.makeKeys = makeKeys
    }

    /// A person to be.
    public struct Newcomer: Sendable {
        public var name: String
        public var displayName: String
        public var email: String
        public var passwordHash: String
        public var isAdministrator: Bool
        /// Whether they may publish announcements.
        public var mayAnnounce = false
        public var work = WorkProfile()

        public init(
            name: String, displayName: String, email: String, passwordHash: String, isAdministrator: Bool
        ) {
            self.name = name
            self.displayName = displayName
            self.email = email
            self.passwordHash = passwordHash
            self.isAdministrator = isAdministrator
        }
    }

    /// Names that would be mistaken for something else.
    static let reserved: Set<String> = [
        "admin", "administrator", "root", "support", "help", "moderator", "staff", "security", "hallway",
        "instance",
        "node", "directory", "api", "oauth", "inbox", "webfinger",
    ]

    /// Welcomes a person: confirmed, posting to the organisation, not locked.
    ///
    /// - Throws: ``Refusal`` for a name that is taken, reserved or malformed, or a taken address.
    public func welcome(_ newcomer: Newcomer) async throws -> Actor {
        try Self.check(newcomer)
        let id: ActorID = needs.ids.next()
        let uri = needs.addresses.actor(id)
        var actor = Actor(
            id: id, uri: uri, kind: .person, name: newcomer.name, host: nil,
            displayName: newcomer.displayName.isEmpty ? newcomer.name : newcomer.displayName,
            endpoints: needs.addresses.endpoints(of: uri), url: needs.addresses.page(person: newcomer.name),
            createdAt: needs.now()
        )
        actor.work = newcomer.work
        let keys = try makeKeys(id, uri)
        return try await needs.store.write { [needs, actor] transaction in
            guard try transaction.localActor(named: newcomer.name) == nil else {
                throw Refusal.invalid(field: "Username", because: "has already been taken")
            }
            try transaction.save(actor)
            for key in keys { try transaction.save(key) }
            do {
                try transaction.save(
                    Login(
                        person: id, email: newcomer.email, passwordHash: newcomer.passwordHash,
                        isAdministrator: newcomer.isAdministrator,
                        defaultAudience: needs.policy == .open ? .anyone : .organisation,
                        createdAt: needs.now(), mayAnnounce: newcomer.mayAnnounce
                    ))
            } catch StorageError.duplicate {
                throw Refusal.invalid(field: "E-mail", because: "has already been taken")
            }
            try transaction.append(.profileChanged(id))
            try GroupRoster.keepAllInStep(needs: needs, in: transaction)
            return actor
        }
    }

    /// Gives a person the right to publish announcements, or takes it back.
    public func permitAnnouncements(_ isPermitted: Bool, to person: ActorID) async throws {
        try await needs.store.write { transaction in
            guard var login = try transaction.login(of: person) else { throw Refusal.notFound("Person") }
            login.mayAnnounce = isPermitted
            try transaction.save(login)
        }
    }

    /// Says goodbye: sessions end at once, the name stays reserved, and other nodes are told (N67, N99). Or takes a
    /// suspension back.
    ///
    /// - Throws: ``Refusal`` where somebody is to come back who has left.
    public func dismiss(_ person: ActorID, as state: Actor.State) async throws {
        try await needs.store.write { [needs] transaction in
            guard let actor = try transaction.actor(person), actor.isLocal else {
                throw Refusal.notFound("Person")
            }
            guard state == .active else {
                return try Depart.perform(actor, as: state, needs: needs, in: transaction)
            }
            guard actor.state == .active || actor.state == .suspended else {
                throw Refusal.notAllowed(because: "Whoever has left does not come back")
            }
            try transaction.setState(state, of: actor.id)
            try transaction.append(.profileChanged(actor.id))
            // Their leaving was told to whoever asks them to acknowledge something.
            try Acknowledge.recount(actor.id, at: needs.now(), in: transaction)
        }
    }

    /// What a person may change of their own profile; nil leaves a part as it is.
    public struct Changes: Sendable {
        public var displayName: String?
        public var note: String?
        public var isLocked: Bool?
        public var isBot: Bool?
        public var isDiscoverable: Bool?
        public var isIndexable: Bool?
        public var fields: [(name: String, value: String)]?
        public var work: WorkProfile?
        public var defaultAudience: Audience?
        /// Who may quote their posts, where a post does not say.
        public var quotePolicy: QuotePolicy?
        /// What they read, BCP 47; empty for no choice.
        public var language: String?

        /// Whether it says something that others read.
        var hasWords: Bool { displayName != nil || note != nil || fields != nil || work != nil }

        public init() {}
    }

    /// Changes a profile and tells whoever knows it.
    public func change(_ person: ActorID, _ changes: Changes) async throws -> Actor {
        try Self.check(changes)
        return try await needs.store.write { [needs] transaction in
            var actor = try transaction.actingPerson(person)
            let before = actor
            if changes.hasWords { _ = try transaction.writingPerson(person, needs: needs) }
            actor.displayName = changes.displayName ?? actor.displayName
            if let note = changes.note { actor.summary = Self.html(note, needs.addresses) }
            actor.isLocked = changes.isLocked ?? actor.isLocked
            actor.isBot = changes.isBot ?? actor.isBot
            actor.isDiscoverable = changes.isDiscoverable ?? actor.isDiscoverable
            actor.isIndexable = changes.isIndexable ?? actor.isIndexable
            if let fields = changes.fields {
                actor.fields = fields.filter { !$0.name.isEmpty || !$0.value.isEmpty }.map { field in
                    ProfileField(name: field.name, value: Self.line(field.value, needs.addresses))
                }
            }
            actor.work = changes.work ?? actor.work
            try transaction.save(actor)
            try Celebrate.noteTitle(of: actor, before: before, at: needs.now(), in: transaction)
            if changes.isLocked == false {
                // Whoever asked while asking was needed need not ask again.
                for follower in try transaction.followers(of: person, state: .asked, limit: 1000) {
                    guard let follow = try transaction.follow(follower, person) else { continue }
                    try FollowActor.accept(follow, in: transaction)
                }
            }
            if changes.defaultAudience != nil || changes.language != nil || changes.quotePolicy != nil,
                var login = try transaction.login(of: person)
            {
                login.defaultAudience = changes.defaultAudience ?? login.defaultAudience
                login.quotePolicy = changes.quotePolicy ?? login.quotePolicy
                if let language = changes.language { login.language = language.isEmpty ? nil : language }
                try transaction.save(login)
            }
            try transaction.append(.profileChanged(person))
            try GroupRoster.keepAllInStep(needs: needs, in: transaction)
            return actor
        }
    }

    /// The rules for the name of a person or a group.
    static func check(name: String) throws(Refusal) {
        guard Handle.isName(name), name.count <= 30,
            name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
        else {
            throw .invalid(
                field: "Username", because: "must contain only letters, numbers and underscores, at most 30")
        }
        guard !reserved.contains(name.lowercased()) else {
            throw .invalid(field: "Username", because: "is reserved")
        }
    }

    private static func check(_ newcomer: Newcomer) throws(Refusal) {
        try check(name: newcomer.name)
        guard newcomer.displayName.length <= Limits.displayName else {
            throw .invalid(
                field: "Display name", because: "is too long (maximum is \(Limits.displayName) characters)")
        }
        guard newcomer.email.contains("@"), newcomer.email.length <= 320 else {
            throw .invalid(field: "E-mail", because: "is invalid")
        }
        try newcomer.work.check()
    }

    private static func check(_ changes: Changes) throws(Refusal) {
        guard (changes.displayName ?? "").length <= Limits.displayName else {
            throw .invalid(
                field: "Display name", because: "is too long (maximum is \(Limits.displayName) characters)")
        }
        guard (changes.note ?? "").length <= Limits.biography else {
            throw .invalid(field: "Note", because: "is too long (maximum is \(Limits.biography) characters)")
        }
        guard (changes.language ?? "").length <= 35 else {
            throw .invalid(field: "Language", because: "is not a language tag")
        }
        let fields = changes.fields ?? []
        guard fields.count <= Limits.fields,
            fields.allSatisfy({ $0.name.length <= 255 && $0.value.length <= 2047 })
        else { throw .invalid(field: "Fields", because: "at most \(Limits.fields)") }
        try changes.work?.check()
    }

    private static func html(_ text: String, _ addresses: Addresses) -> String {
        WrittenText(text).html(mention: { _ in nil }, tag: { addresses.page(hashtag: $0) })
    }

    /// A single line: no paragraph around it.
    private static func line(_ text: String, _ addresses: Addresses) -> String {
        let html = html(text, addresses)
        return html.hasPrefix("<p>") && html.hasSuffix("</p>") ? String(html.dropFirst(3).dropLast(4)) : html
    }
}
