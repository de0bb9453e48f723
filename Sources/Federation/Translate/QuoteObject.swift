import ActivityStreams
import Domain
import JSON
import Markup

/// Writes what a post quotes and who may quote it (FEP-044f).
enum QuoteOut {
    /// Where another post stands in place of this one, for readers who know no quotes.
    private static let legacy = ["quoteUri", "_misskey_quote"]

    static func add(_ post: Post, by author: Actor, to json: inout JSONObject) {
        json["interactionPolicy"] = ["canQuote": ["automaticApproval": .array(admitted(post, by: author))]]
        // What was refused or taken back is not spoken of any more.
        guard let quote = post.quote, quote.isStanding else { return }
        let uri = JSONValue.string(quote.uri.string)
        json["quote"] = uri
        for name in legacy { json[name] = uri }
        json["quoteAuthorization"] = quote.stamp.map { .string($0.string) }
        let content = (json["content"]?.string ?? post.content) + reference(quote.uri.string)
        json["content"] = .string(content)
        if let language = post.language {
            json["contentMap"] = .object(JSONObject([(language, .string(content))]))
        }
        json["tag"] = .array((json["tag"]?.list ?? []) + [link(uri)])
    }

    /// The line that stands for the quoted post where only text is shown.
    static func reference(_ url: String) -> String {
        let url = url.escapedHTML
        return "<p class=\"quote-inline\">RE: <a href=\"\(url)\">\(url)</a></p>"
    }

    /// That an author agrees (FEP-044f, `QuoteAuthorization`): the two posts are named, and neither is shown.
    static func stamp(_ consent: Consent, of quoted: Post, by author: Actor, at uri: ObjectURI) -> JSONValue {
        [
            "@context": Vocabulary.objectContext, "id": .string(uri.string),
            "type": .string(Vocabulary.quoteAuthorization), "attributedTo": .string(author.uri.string),
            "interactingObject": .string(consent.quoting.string),
            "interactionTarget": .string(quoted.uri.string),
        ]
    }

    private static func admitted(_ post: Post, by author: Actor) -> [JSONValue] {
        guard post.isQuotable else { return [.string(author.uri.string)] }
        return switch post.quotePolicy {
        case .everyone: [.string(Vocabulary.everyone)]
        case .followers: [.string((author.endpoints.followers ?? author.uri).string)]
        case .nobody, .onRequest: [.string(author.uri.string)]
        }
    }

    private static func link(_ uri: JSONValue) -> JSONValue {
        [
            "type": "Link",
            "mediaType": "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "rel": .string(QuoteIn.relation), "href": uri,
        ]
    }
}

/// Reads what a post of another node quotes and who may quote it.
enum QuoteIn {
    static let relation = "https://misskey-hub.net/ns#_misskey_quote"
    private static let properties = ["quote", "quoteUri", "_misskey_quote", "quoteUrl"]
    private static let marks = [
        ("<p class=\"quote-inline\">", "</p>"), ("<span class=\"quote-inline\">", "</span>"),
    ]

    /// What is said; whether it holds is found out later.
    static func read(_ object: ASObject) -> Quote? {
        uri(object).map { Quote(uri: $0, stamp: object.uri("quoteAuthorization").flatMap { ObjectURI($0) }) }
    }

    /// The quoted post, in whichever way it is named.
    static func uri(_ object: ASObject) -> ObjectURI? {
        let named = properties.lazy.compactMap { object.uri($0).flatMap { ObjectURI($0) } }.first
        return (named ?? tagged(object)).flatMap { $0.string == object.id ? nil : $0 }
    }

    /// Who may quote it. Software that says nothing of it answers no request either.
    static func policy(_ object: ASObject, by author: Actor) -> QuotePolicy {
        guard let rule = object.json["interactionPolicy"]?["canQuote"] else { return .nobody }
        let automatic = names(rule["automaticApproval"])
        let manual = names(rule["manualApproval"])
        let followers = author.endpoints.followers?.string ?? ""
        if !automatic.isDisjoint(with: Vocabulary.everyoneSpellings) { return .everyone }
        if automatic.contains(followers) { return .followers }
        let mayAsk = manual.contains(followers) || !manual.isDisjoint(with: Vocabulary.everyoneSpellings)
        return mayAsk ? .onRequest : .nobody
    }

    /// The text without the line that stands for the quoted post: our own at the end, or whichever comes first.
    static func text(_ text: String, of object: ASObject) -> String {
        guard let quoted = uri(object) else { return text }
        let rest = AddedText.take(footing: QuoteOut.reference(quoted.string), off: text)
        guard rest == text else { return rest }
        for (opening, closing) in marks {
            if let rest = AddedText.take(from: opening, to: closing, off: text) { return rest }
        }
        return text
    }

    /// A link among the tags (FEP-e232).
    private static func tagged(_ object: ASObject) -> ObjectURI? {
        object.objects("tag").prefix(Limits.tags).first { tag in
            tag.type == "Link" && (tag.json["rel"] ?? .null).list.contains(.string(relation))
        }.flatMap { $0.uri("href").flatMap { ObjectURI($0) } }
    }

    private static func names(_ value: JSONValue?) -> Set<String> {
        Set((value ?? .null).list.prefix(100).compactMap(ASObject.uri))
    }
}
