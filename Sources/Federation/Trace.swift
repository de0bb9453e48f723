import Domain
import FoundationEssentials
import Logging
import Signatures

/// The way of an activity over several nodes, as their logs tell it (W3C Trace Context).
///
/// Its name is made from the activity's id: whoever has the activity knows its trace, also when it came in a batch,
/// waited for a week or was sent by another process. Nothing is kept for it, and nobody has to be believed.
struct Trace: Sendable, Equatable {
    /// 16 bytes in hexadecimal (§3.2.2.3).
    let id: String

    init(of activity: ObjectURI) { id = Digest.sha256(activity.string.utf8).prefix(16).hex }

    /// What a line of the log says of an activity. `span`: the request that carried it.
    static func words(_ activity: ObjectURI, span: Span? = nil) -> Logger.Metadata {
        var words: Logger.Metadata = ["trace": "\(Trace(of: activity).id)", "activity": "\(activity)"]
        if let span { words["span"] = "\(span.id)" }
        return words
    }
}

/// One request from node to node, by which the lines of both logs about it are found.
struct Span: Sendable, Equatable {
    static let field = "traceparent"

    /// 8 bytes in hexadecimal (§3.2.2.4).
    let id: String

    init() { id = RandomBytes.make(8).hex }

    /// Reads the field of a request; nil for one that is absent or not of version 00 (§3.2.2).
    init?(field: String?) {
        guard let field, field.utf8.count == 55 else { return nil }
        let parts = field.utf8.split(separator: UInt8(ascii: "-"))
        guard parts.map(\.count) == [2, 32, 16, 2], parts[0].elementsEqual("00".utf8),
            parts.joined().allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            parts[2].contains(where: { $0 != UInt8(ascii: "0") })
        else { return nil }
        id = String(Substring(parts[2]))
    }

    /// The field of a request that carries an activity, or several of which this is the first.
    func field(_ trace: Trace) -> (name: String, value: String) {
        (Self.field, "00-\(trace.id)-\(id)-01")
    }
}
