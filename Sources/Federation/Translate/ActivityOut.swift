import ActivityStreams
import Domain
import FoundationEssentials
import JSON

/// Writes activities.
struct ActivityOut {
    /// `object`: an id, or an object that travels inside. `to`: addressees.
    static func write(
        _ type: String, id: ObjectURI, actor: ObjectURI, object: JSONValue, to: [String] = [],
        cc: [String] = [],
        published: Date? = nil, more: [(String, JSONValue)] = []
    ) -> JSONValue {
        var json = JSONObject([
            ("@context", Vocabulary.objectContext), ("id", .string(id.string)), ("type", .string(type)),
            ("actor", .string(actor.string)), ("object", object),
        ])
        if !to.isEmpty { json["to"] = .array(to.map { .string($0) }) }
        if !cc.isEmpty { json["cc"] = .array(cc.map { .string($0) }) }
        json["published"] = published.map { .string(ASDate.preciseText($0)) }
        for (name, value) in more { json[name] = value }
        return .object(json)
    }

    /// What remains of a deleted object (ActivityPub §6.11).
    static func tombstone(_ post: Post) -> JSONValue {
        [
            "@context": Vocabulary.objectContext, "id": .string(post.uri.string), "type": "Tombstone",
            "deleted": .string(ASDate.text(post.deletedAt ?? post.createdAt)),
        ]
    }
}
