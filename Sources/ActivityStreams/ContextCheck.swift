import JSON

/// Refuses contexts that restructure a document or rename what we read (N36).
///
/// We ignore contexts; someone who processes them must come to the same reading, or a signed document could say
/// one thing to us and another to its author.
enum ContextCheck {
    private static let forbidden = ["@graph", "@reverse", "@included", "@nest"]

    /// Terms whose meaning our decisions rest on.
    private static let fixed: Set<String> = [
        "id", "type", "actor", "object", "target", "to", "cc", "bto", "bcc", "audience", "attributedTo",
        "content",
        "inReplyTo", "publicKey", "owner", "controller", "assertionMethod", "inbox", "outbox", "followers",
        "Create",
        "Update", "Delete", "Undo", "Accept", "Reject", "Follow", "Announce", "Like", "Note",
    ]

    static func check(_ json: JSONObject) throws(ASFault) {
        for name in forbidden where json[name] != nil { throw .alteredContext(name) }
        if let id = json["id"], let other = json["@id"], id != other { throw .alteredContext("@id") }
        if let type = json["type"], let other = json["@type"], type != other {
            throw .alteredContext("@type")
        }
        guard let context = json["@context"] else { return }
        for part in context.list {
            switch part {
            case .object(let terms): try check(terms: terms)
            case .string: continue
            case .null, .bool, .int, .double, .array: throw .alteredContext("@context")
            }
        }
    }

    private static func check(terms: JSONObject) throws(ASFault) {
        for (term, meaning) in terms.members {
            guard !["@import", "@propagate", "@protected", "@base"].contains(term) else {
                throw .alteredContext(term)
            }
            if term.hasPrefix("@") { continue }
            let iri = meaning.string ?? meaning["@id"]?.string
            let isKeyword = iri.map {
                ["@id", "@type"].contains($0) ? term != "id" && term != "type" : $0.hasPrefix("@")
            }
            let isStructural = ["@reverse", "@nest", "@context"].contains { meaning[$0] != nil }
            if isKeyword == true || isStructural || meaning["@container"]?.list.contains("@graph") == true {
                throw .alteredContext(term)
            }
            if term == "as", iri != "https://www.w3.org/ns/activitystreams#" { throw .alteredContext(term) }
            if fixed.contains(term) {
                guard let iri, spelled[iri] == term else { throw .alteredContext(term) }
            } else if let iri, !iri.hasPrefix("@"), spelled[iri] != nil {
                // A second name for something that decides.
                throw .alteredContext(term)
            }
        }
    }

    /// What each way of spelling such a term in full stands for; keywords stand for themselves.
    private static let spelled: [String: String] = {
        let vocabularies = [
            "as:", "https://www.w3.org/ns/activitystreams#", "ldp:", "http://www.w3.org/ns/ldp#", "sec:",
            "https://w3id.org/security#", "@",
        ]
        let pairs = fixed.flatMap { term in vocabularies.map { ($0 + term, term) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()
}
