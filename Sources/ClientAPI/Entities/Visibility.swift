import Domain

/// Mastodon's four words for our audiences: `public` and `unlisted` mean the organisation on a closed node.
enum Visibility {
    static func word(_ audience: Audience, isQuiet: Bool = false, policy: FederationPolicy) -> String {
        switch audience {
        case .anyone: isQuiet ? "unlisted" : "public"
        case .organisation: policy == .open ? "private" : isQuiet ? "unlisted" : "public"
        case .followers, .group, .unit, .node: "private"
        case .direct: "direct"
        }
    }

    /// - Throws: ``Refusal/invalid(field:because:)`` for any other word.
    static func audience(_ word: String, policy: FederationPolicy) throws(Refusal) -> Audience {
        switch word {
        case "public": policy == .open ? .anyone : .organisation
        case "unlisted": policy == .open ? .anyone : .organisation
        case "private": .followers
        case "direct": .direct
        // Ours, for clients that know them.
        case "organisation": .organisation
        case "node": .node
        default: throw .invalid(field: "Visibility", because: "is not included in the list")
        }
    }
}
