public import JSON

/// A WebFinger answer (RFC 7033).
public struct ResourceDescriptor: Sendable, Equatable {
    public var subject: String
    public var aliases: [String]
    /// The actor, under `rel=self`.
    public var actor: String?
    /// The page for people.
    public var page: String?

    public init(subject: String, aliases: [String] = [], actor: String?, page: String? = nil) {
        self.subject = subject
        self.aliases = aliases
        self.actor = actor
        self.page = page
    }

    /// Reads an answer; nil when it names no actor.
    public init?(_ json: JSONValue) {
        guard let subject = json["subject"]?.string else { return nil }
        self.subject = subject
        aliases = (json["aliases"] ?? .null).list.compactMap(\.string)
        let links = (json["links"] ?? .null).list
        actor =
            links.first { link in
                link["rel"]?.string == "self" && MediaType.isActivityStreams(link["type"]?.string)
            }?["href"]?.string
        page = links.first { $0["rel"]?.string == "http://webfinger.net/rel/profile-page" }?["href"]?.string
    }

    /// `isNode`: the actor is the node's own (FEP-d556).
    public func json(isNode: Bool = false) -> JSONValue {
        var links: [JSONValue] = []
        if let actor {
            links.append(["rel": "self", "type": .string(Vocabulary.mediaType), "href": .string(actor)])
            if isNode {
                links.append([
                    "rel": "https://www.w3.org/ns/activitystreams#Service",
                    "type": .string(Vocabulary.mediaType),
                    "href": .string(actor),
                ])
            }
        }
        if let page {
            links.append([
                "rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": .string(page),
            ])
        }
        return [
            "subject": .string(subject), "aliases": .array(aliases.map { .string($0) }),
            "links": .array(links),
        ]
    }
}
