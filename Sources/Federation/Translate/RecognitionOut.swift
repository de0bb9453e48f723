import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Signatures

/// Writes the thanks that a post carries, and lets its giver sign the post.
struct RecognitionOut {
    /// The text gets a line that leads to it, and the post the part that a program reads.
    static func add(_ recognition: Recognition, of post: Post, to json: inout JSONObject) {
        let content = post.content + LinkLine.write(LinkLine.recognition, url: post.url)
        json["content"] = .string(content)
        if let language = post.language {
            json["contentMap"] = .object(JSONObject([(language, .string(content))]))
        }
        json["hallway:recognition"] = write(recognition, of: post)
    }

    /// The part that says in one piece what the text says to people.
    static func write(_ recognition: Recognition, of post: Post) -> JSONValue {
        let uris = recognition.recipients.compactMap { id in
            post.mentions.first { $0.actor == id }?.uri.string
        }
        var json = JSONObject([
            ("type", "hallway:Recognition"), ("hallway:value", .string(recognition.value)),
            ("hallway:recipients", .array(uris.map { .string($0) })),
            ("hallway:points", JSONValue(recognition.points)),
        ])
        json["hallway:allowance"] = recognition.allowance.map { JSONValue($0) }
        return .object(json)
    }

    /// A post's object, with a proof of its giver's own where it thanks someone (FEP-8b32): it can be verified long
    /// after its delivery, and it is the same proof every time.
    static func prove(_ object: JSONValue, of post: Post, by author: Actor, world: World) async throws
        -> JSONValue
    {
        guard case .recognition = post.body else { return object }
        let (id, key) = try await world.keys.signingKey(.ed25519, of: author)
        return try ObjectProof.add(
            to: object, key: key, method: id.string, created: post.editedAt ?? post.createdAt)
    }
}
