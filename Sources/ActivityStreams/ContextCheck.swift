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
            guard !["@import", "@propagate", "@protected"].contains(term) else { throw .alteredContext(term) }
            if term.hasPrefix("@") { continue }
            let iri = meaning.string ?? meaning["@id"]?.string
            let isKeyword = iri.map {
                ["@id", "@type"].contains($0) ? term != "id" && term != "type" : $0.hasPrefix("@")
            }
            if isKeyword == true || meaning["@reverse"] != nil || meaning["@nest"] != nil {
                throw .alteredContext(term)
            }
            guard fixed.contains(term) else { continue }
            guard iri == nil || isOwn(term, iri ?? "") else { throw .alteredContext(term) }
        }
    }

    private static func isOwn(_ term: String, _ iri: String) -> Bool {
        [
            "as:\(term)", "https://www.w3.org/ns/activitystreams#\(term)", "ldp:\(term)", "sec:\(term)",
            "https://w3id.org/security#\(term)", "http://www.w3.org/ns/ldp#\(term)", "@\(term)",
        ].contains(iri)
    }
}
