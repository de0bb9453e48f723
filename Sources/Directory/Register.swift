public import Domain
public import FoundationEssentials
import JSON
public import Storage

/// What an entry of the register means for the people whom a node knows.
public enum Register {
    /// Keeps an entry and applies it. `isOwn`: whether an actor is of this very node; its profile is then not
    /// the register's to write.
    public static func apply(
        _ entry: RegisterEntry, isOwn: (ObjectURI) -> Bool, at now: Date, in transaction: Transaction
    ) throws {
        try transaction.appendRegister(
            entry.log, position: entry.position, hash: RegisterEntry.hash(of: entry.document),
            document: entry.document.bytes)
        switch entry.change {
        case .present(let record): try welcome(record, log: entry.log, isOwn: isOwn, at: now, in: transaction)
        case .left(let handle, let actor):
            try transaction.saveHandle(
                handle, actor: actor, node: actor.authority, hasLeft: true, at: now)
            try dismiss(actor, in: transaction)
        }
    }

    private static func welcome(
        _ record: PersonRecord, log: String, isOwn: (ObjectURI) -> Bool, at now: Date,
        in transaction: Transaction
    ) throws {
        try transaction.saveHandle(
            record.handle, actor: record.actor.uri, node: record.node, hasLeft: false, at: now)
        guard let known = try transaction.actor(record.actor.uri) else {
            guard !isOwn(record.actor.uri) else { return }
            return try transaction.save(record.actor)
        }
        if known.state == .left { try transaction.setState(.active, of: known.id) }
        try transaction.setOrganisationHandle(record.handle, of: known.id)
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

    /// From now on the person is refused here, whatever their home node says (N113).
    private static func dismiss(_ uri: ObjectURI, in transaction: Transaction) throws {
        guard let actor = try transaction.actor(uri), actor.state != .left else { return }
        try transaction.setState(.left, of: actor.id)
        try transaction.deleteTokens(of: actor.id)
        try transaction.append(.actorGone(actor.id))
    }
}
