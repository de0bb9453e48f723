public import Domain
public import FoundationEssentials
public import JSON
import Signatures
import Storage

/// One line of the people register: what a home node says, and that the directory lets it count.
public struct RegisterEntry: Sendable {
    /// The log that every node of the organisation follows.
    public static let organisation = "organisation"

    /// The log that only the nodes of one legal entity follow.
    public static func log(entity: String) -> String { "entity \(entity)" }

    public var log: String
    public var position: Int64
    public var document: JSONValue
    public var change: Change

    public enum Change: Sendable {
        case present(PersonRecord)
        case left(Handle, actor: ObjectURI)
    }

    /// What the directory signs: the home node's record unchanged, chained to the entry before.
    public static func document(
        log: String, position: Int64, previous: [UInt8], record: JSONValue, now: Date
    ) -> JSONValue {
        [
            "type": "RegisterEntry", "log": .string(log), "position": .int(position),
            "previous": .string(previous.hex), "record": record, "at": .string(now.ISO8601Format()),
        ]
    }

    /// What says that a person has left: the directory alone decides that.
    public static func departure(of handle: Handle, actor: ObjectURI) -> JSONValue {
        ["type": "Departure", "handle": .string(handle.description), "actor": .string(actor.string)]
    }

    /// The hash by which the next entry names this one.
    public static func hash(of document: JSONValue) -> [UInt8] { Digest.sha256(document.canonical) }

    /// Reads the entry that follows `head`. `key`: the directory's, as pinned. `nodeKey`: the Ed25519 key of
    /// a node; nil for one that does not belong. Throws ``DirectoryFault``.
    public init(
        _ document: JSONValue, log: String, after head: (position: Int64, hash: [UInt8])?, key: String,
        nodeKey: (String) -> String?, id: ActorID, now: Date
    ) throws(DirectoryFault) {
        try Seal.check(document, by: key, now: now)
        guard document["type"]?.string == "RegisterEntry", document["log"]?.string == log,
            let position = document["position"]?.int, let record = document["record"]
        else { throw .malformed("register entry") }
        guard position == (head?.position ?? 0) + 1 else { throw .fork("position \(position)") }
        guard document["previous"]?.string == (head?.hash ?? []).hex else { throw .fork("entry \(position)") }
        self.log = log
        self.position = position
        self.document = document
        switch record["type"]?.string {
        case "Departure":
            guard let handle = record["handle"]?.string.flatMap({ Handle($0) }),
                let actor = record["actor"]?.string.flatMap({ ObjectURI($0) })
            else { throw .malformed("departure") }
            change = .left(handle, actor: actor)
        default:
            let read = try PersonRecord(record, id: id, now: now)
            // Of a node that was removed since, the entry still counts in the chain, but nobody vouches for it.
            guard let own = nodeKey(read.node) else { throw .outsideConstraint(read.node) }
            try Seal.check(record, by: own, now: now)
            change = .present(read)
        }
    }
}
