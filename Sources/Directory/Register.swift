public import Domain
public import FoundationEssentials
import JSON
public import Storage

/// What an entry of the register means for the people whom a node knows.
public enum Register {
    /// What follows from an entry, in the same transaction. The rooms that know are above this one; where nobody but the
    /// register is kept, nothing does.
    public struct Consequences: Sendable {
        /// Somebody has left; as they were known before.
        public var departed: @Sendable (Actor, Transaction) throws -> Void = { _, _ in }
        /// People came, or are something else now.
        public var peopleChanged: @Sendable (Transaction) throws -> Void = { _ in }

        public init() {}
    }

    /// Keeps an entry and applies it. `isOwn`: whether an actor is of this very node; its profile is then not
    /// the register's to write. `departed`: as in ``Consequences``.
    public static func apply(
        _ entry: RegisterEntry, isOwn: (ObjectURI) -> Bool, at now: Date,
        departed: (Actor, Transaction) throws -> Void = { _, _ in }, in transaction: Transaction
    ) throws {
        try transaction.appendRegister(
            entry.log, position: entry.position, hash: entry.hash, document: entry.document.bytes)
        switch entry.change {
        case .present(let record):
            // Who is new here has nothing to be withheld; an entity's log may come before that of all.
            let isKnown = try transaction.registeredHandle(of: record.actor.uri) != nil
            if isKnown {
                try withhold(record.actor.uri, in: entry.log, before: entry.position, in: transaction)
            }
            try welcome(record, log: entry.log, isOwn: isOwn, at: now, in: transaction)
        case .withheld, .resumed: return
        case .left(let handle, let actor):
            try withhold(actor, in: nil, before: .max, in: transaction)
            try transaction.saveHandle(
                handle, actor: actor, node: actor.authority, hasLeft: true, at: now)
            // From now on the person is refused here, whatever their home node says (N113).
            guard let known = try transaction.actor(actor) else { return }
            try transaction.setState(.left, of: known.id)
            try departed(known, transaction)
        }
    }

    private static func welcome(
        _ record: PersonRecord, log: String, isOwn: (ObjectURI) -> Bool, at now: Date,
        in transaction: Transaction
    ) throws {
        // Whoever has left does not come back, also by the word of a directory that was brought back from a copy and
        // does not know it any more.
        guard try !transaction.hasLeft(record.actor.uri) else { return }
        try transaction.saveHandle(
            record.handle, actor: record.actor.uri, node: record.node, hasLeft: false, at: now)
        guard let known = try transaction.actor(record.actor.uri) else {
            guard !isOwn(record.actor.uri) else { return }
            return try transaction.save(record.actor)
        }
        try transaction.setOrganisationHandle(record.handle, of: known.id)
        // Of this node's own people an older record may come back after they have left.
        guard !known.isLocal else { return }
        var actor = known
        actor.displayName = record.actor.displayName
        actor.avatar = record.actor.avatar ?? known.avatar
        // The entity's own log carries contacts that the organisation's does not.
        if log == RegisterEntry.organisation {
            let inner = known.work.contacts.filter { $0.reach < .organisation }
            actor.work = record.actor.work
            actor.work.contacts += inner
        } else {
            actor.work.contacts = record.actor.work.contacts
        }
        actor.organisationHandle = record.handle
        if actor.state == .left { actor.state = .active }
        try transaction.save(actor)
    }

    /// What was said of a person before goes, as they may have taken it back: of one log, or of all.
    private static func withhold(
        _ actor: ObjectURI, in log: String?, before position: Int64, in transaction: Transaction
    ) throws {
        for entry in try transaction.registerEntries(containing: "\"\(actor)\"", in: log)
        where entry.position < position {
            let document = try JSONParser.parse(entry.document)
            guard document["record"]?["actor"]?.string == actor.string,
                let bare = RegisterEntry.withheld(document, hash: entry.hash)
            else { continue }
            try transaction.replaceRegister(entry.log, position: entry.position, by: bare.bytes)
        }
    }

    /// Withholds in logs that were written before every entry did so for those before it.
    static func withholdOlder(in transaction: Transaction) throws {
        var last: [String: Int64] = [:]
        var gone: Set<String> = []
        func eachEntry(_ body: (String, Int64, JSONValue) throws -> Void) throws {
            for log in try transaction.registerLogs() {
                var after: Int64 = 0
                while true {
                    let page = try transaction.registerEntries(log, after: after)
                    for bytes in page {
                        let document = try JSONParser.parse(bytes)
                        // Not every number need be there (``Resumption``).
                        after = document["position"]?.int ?? after + 1
                        try body(log, after, document)
                    }
                    guard !page.isEmpty else { break }
                }
            }
        }
        try eachEntry { log, position, document in
            guard let record = document["record"], let actor = record["actor"]?.string else { return }
            last["\(log) \(actor)"] = position
            if record["type"]?.string == "Departure" { gone.insert(actor) }
        }
        try eachEntry { log, position, document in
            guard let actor = document["record"]?["actor"]?.string,
                gone.contains(actor) || last["\(log) \(actor)"] != position,
                let bare = RegisterEntry.withheld(document, hash: RegisterEntry.hash(of: document))
            else { return }
            try transaction.replaceRegister(log, position: position, by: bare.bytes)
        }
    }
}
