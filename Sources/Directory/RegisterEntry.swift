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
    /// By which the next entry names this one.
    public var hash: [UInt8]
    public var change: Change

    public enum Change: Sendable {
        case present(PersonRecord)
        case left(Handle, actor: ObjectURI)
        /// It was about a person of whom a later entry says something else.
        case withheld
        /// The directory was brought back from a copy, and has lost what came after an entry.
        case resumed(after: Int64)
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

    /// What is left of an entry once something newer is said of its person: its place, and the hash by which the
    /// chain is followed. nil for what says nothing of a person: a departure, or what is withheld already.
    static func withheld(_ document: JSONValue, hash: [UInt8]) -> JSONValue? {
        guard document["record"]?["type"]?.string == "PersonRecord" else { return nil }
        return [
            "type": "RegisterEntry", "log": document["log"] ?? .null,
            "position": document["position"] ?? .null, "previous": document["previous"] ?? .null,
            "record": ["type": "Withheld"], "hash": .string(hash.hex),
        ]
    }

    /// The hash by which the next entry names this one.
    public static func hash(of document: JSONValue) -> [UInt8] { Digest.sha256(document.canonical) }

    /// Reads the entry that follows `head`. `origin`: the hash of the entry after which a log goes on that was brought
    /// back (``Resumption``), as it was seen here. `key`: the directory's, as pinned. `nodeKey`: the Ed25519 key of
    /// a node; nil for one that does not belong. Throws ``DirectoryFault``.
    public init(
        _ document: JSONValue, log: String, after head: (position: Int64, hash: [UInt8])?,
        origin: [UInt8]? = nil, key: String,
        nodeKey: (String) -> String?, id: ActorID, now: Date
    ) throws(DirectoryFault) {
        try Seal.check(document, by: key, now: now)
        guard document["type"]?.string == "RegisterEntry", document["log"]?.string == log,
            let position = document["position"]?.int, let record = document["record"]
        else { throw .malformed("register entry") }
        let last = head?.position ?? 0
        let resumed = Resumption.origin(of: document)
        let previous: [UInt8]?
        if let resumed {
            guard position > last else { throw .rollback("position \(position)") }
            // Up to there it must be the log that was seen here: else what others were told instead would go unheard.
            previous = resumed == 0 ? [] : origin
        } else {
            guard position == last + 1 else { throw .fork("position \(position)") }
            previous = head?.hash ?? []
        }
        guard let expected = previous?.hex, document["previous"]?.string == expected else {
            throw .fork("entry \(position)")
        }
        self.log = log
        self.position = position
        self.document = document
        hash = Self.hash(of: document)
        switch record["type"]?.string {
        case "Withheld":
            // The next entry, or the checkpoint, names the hash of what stood here: a false one is a fork.
            hash = Checkpoint.bytes(document["hash"]?.string ?? "")
            guard hash.count == 32 else { throw .malformed("withheld entry") }
            change = .withheld
        case "Resumption":
            guard let resumed else { throw .malformed("resumption") }
            change = .resumed(after: resumed)
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
