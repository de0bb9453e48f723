import ActivityStreams
import Domain
import FoundationEssentials
public import JSON
import Signatures

/// Several activities in one request between our own nodes (Spec/federation.md, *Batched delivery*).
enum Batch {
    static let mostActivities = 100
    /// Bytes of the activities together: half of what an inbox takes.
    static let mostBytes = Limits.inboxBody / 2

    private static let followers = "collectionSynchronization"

    /// The request's body: activities as they stand at their ids, bytes built once. `digests`: what a single delivery of
    /// their actors would say in its `Collection-Synchronization` field (FEP-8fcf).
    static func body(_ activities: [[UInt8]], digests: [String] = []) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(activities.reduce(128) { $0 + $1.count + 1 })
        out.append(
            contentsOf: #"{"@context":"https://www.w3.org/ns/activitystreams","type":"OrderedCollection","#
                .utf8)
        if !digests.isEmpty {
            out.append(contentsOf: "\"\(followers)\":".utf8)
            out.append(contentsOf: JSONValue.array(digests.map { .string($0) }).bytes)
            out.append(UInt8(ascii: ","))
        }
        out.append(contentsOf: #""orderedItems":["#.utf8)
        for (index, activity) in activities.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: activity)
        }
        out.append(contentsOf: "]}".utf8)
        return out
    }

    /// The activities of a request; nil when it is no batch.
    ///
    /// - Throws: ``Refusal/malformed(because:)`` for one that is empty or too long.
    static func activities(_ object: ASObject) throws(Refusal) -> [JSONValue]? {
        guard object.type == "OrderedCollection" else { return nil }
        guard let items = object.json["orderedItems"]?.array, (1...mostActivities).contains(items.count)
        else { throw .malformed(because: "a batch has 1 to \(mostActivities) activities") }
        return items
    }

    /// What a batch says of its actors' followers.
    static func digests(_ object: ASObject) -> [String] {
        (object.json[followers] ?? .null).list.prefix(mostActivities).compactMap(\.string)
    }

    /// The answer's body: what was not taken, and why (RFC 9457).
    static func answer(_ refused: [Receipt.Refused]) -> JSONValue {
        [
            "refused": .array(
                refused.map { item in
                    [
                        "id": JSONValue(item.activity),
                        "problem": [
                            "type": "about:blank", "status": .int(Int64(item.status)),
                            "detail": .string(item.detail),
                        ],
                    ]
                })
        ]
    }

    /// What became of each activity, by its id, from the answer to the request.
    static func outcomes(_ answer: Answer, of activities: [String], now: Date) -> [String: Outcome] {
        let whole = Outcome(answer, now: now)
        var outcomes = Dictionary(activities.map { ($0, whole) }) { first, _ in first }
        guard answer.isSuccess, let json = try? JSONParser.parse(answer.body) else { return outcomes }
        for item in json["refused"]?.array ?? [] {
            guard let id = item["id"]?.string, outcomes[id] != nil else { continue }
            let status = Int(item["problem"]?["status"]?.int ?? 400)
            // The node has taken the request, so whatever has to wait is this one.
            outcomes[id] = Outcome(Answer(code: status, fields: [], body: []), now: now).ofOneAlone
        }
        return outcomes
    }
}

/// What an inbox says of a request that it has taken.
public struct Receipt: Sendable {
    /// One activity of a batch that was not taken.
    struct Refused: Sendable {
        var activity: String?
        var status: Int
        var detail: String
    }

    var refused: [Refused] = []
    var isBatch = false

    /// Notes one that was not taken, in few words: the answer to a whole batch must stay small.
    mutating func refuse(_ item: JSONValue, status: Int, because detail: String) {
        let id = item["id"]?.string.map { $0.shortened(to: ObjectURI.limit) }
        refused.append(Refused(activity: id, status: status, detail: String(detail.prefix(200))))
    }

    /// The body of the answer; nil for a single activity.
    public var body: JSONValue? { isBatch ? Batch.answer(refused) : nil }
}
