import Domain
import JSON
import Markup
import Social
import Storage
import Surface

/// What a status quotes and who may quote it, in Mastodon's words. Both depend on the reader.
enum QuoteEntities {
    /// `status`: writes the quoted post; nil where only its id is wanted.
    static func quote(_ sight: QuoteSight?, status: ((Post) -> JSONValue?)?) -> JSONValue {
        guard let sight else { return .null }
        var json = JSONObject([("state", .string(word(sight.state)))])
        if let status {
            json["quoted_status"] = sight.post.flatMap(status) ?? .null
        } else {
            json["quoted_status_id"] = sight.post.map { .string($0.id.description) } ?? .null
        }
        return .object(json)
    }

    /// Who may quote a post, and whether the reader may.
    struct Approval: Hashable {
        let isQuotable: Bool
        let policy: QuotePolicy
        let answer: QuotePolicy.Answer

        init(_ terms: QuoteTerms, _ answer: QuotePolicy.Answer) {
            (isQuotable, policy) = (terms.isQuotable, terms.policy)
            self.answer = answer
        }

        var json: JSONValue {
            let (automatic, manual): ([JSONValue], [JSONValue]) =
                switch policy {
                case .everyone: (["public"], [])
                case .followers: (["followers"], [])
                case .nobody: ([], [])
                case .onRequest: ([], ["public"])
                }
            return [
                "automatic": .array(isQuotable ? automatic : []), "manual": .array(isQuotable ? manual : []),
                "current_user": .string(word(answer)),
            ]
        }
    }

    /// The line that stands for the quoted post where only text is shown; clients that know quotes leave it out.
    static func reference(of post: Post) -> String {
        guard let quote = post.quote, quote.isStanding else { return "" }
        let url = quote.uri.string.escapedHTML
        return "<p class=\"quote-inline\">RE: <a href=\"\(url)\">\(url)</a></p>"
    }

    /// - Throws: ``Refusal`` for a word that is not Mastodon's.
    static func policy(_ word: String?) throws(Refusal) -> QuotePolicy? {
        switch word {
        case nil, "": nil
        case "public": .everyone
        case "followers": .followers
        case "nobody": .nobody
        default: throw .invalid(field: "Quote approval policy", because: "is not included in the list")
        }
    }

    /// Who may quote a post of this node.
    static func word(_ policy: QuotePolicy) -> String {
        switch policy {
        case .everyone: "public"
        case .followers: "followers"
        case .nobody, .onRequest: "nobody"
        }
    }

    private static func word(_ state: QuoteSight.State) -> String {
        switch state {
        case .asked: "pending"
        case .shown: "accepted"
        case .refused: "rejected"
        case .withdrawn: "revoked"
        case .deleted: "deleted"
        case .unavailable: "unauthorized"
        }
    }

    private static func word(_ answer: QuotePolicy.Answer) -> String {
        switch answer {
        case .yes: "automatic"
        case .onRequest: "manual"
        case .no: "denied"
        }
    }
}
