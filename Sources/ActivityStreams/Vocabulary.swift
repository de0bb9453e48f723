public import JSON

/// Names that federated software agrees on.
public enum Vocabulary {
    /// Everyone (ActivityPub §5.6), in the three spellings that exist.
    public static let everyone = "https://www.w3.org/ns/activitystreams#Public"
    public static let everyoneSpellings: Set<String> = [everyone, "as:Public", "Public"]
    /// Anyone who signs in or signs: how "the organisation" is addressed (FEP-7502).
    public static let authenticated = "http://www.w3.org/ns/auth/acl#AuthenticatedAgent"

    public static let actorTypes: Set<String> = ["Person", "Group", "Application", "Service", "Organization"]
    /// Objects that become posts.
    public static let postTypes: Set<String> = ["Note", "Article", "Page", "Event", "Question"]

    /// What a signed-up reader asks for, first choice first.
    public static let accept =
        "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
    public static let mediaType = "application/activity+json"

    /// Capabilities announced by FEP-844e.
    public static let rfc9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
    public static let rfc9421Ed25519 =
        "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25"

    /// Our own: several activities in one request (Spec/federation.md).
    public static let batchedDelivery = "https://hallway.social/ns#batchedDelivery"

    /// Our own: an announcement's author asks to remind those who have not acknowledged it, and what a node tells of how
    /// many have (Spec/features/announcement.md).
    public static let remind = "hallway:Remind"
    public static let announcementProgress = "hallway:AnnouncementProgress"

    /// A request to quote and the stamp that answers it (FEP-044f).
    public static let quoteRequest = "QuoteRequest"
    public static let quoteAuthorization = "QuoteAuthorization"

    /// The context of actors.
    public static let actorContext: JSONValue = [
        "https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1",
        "https://w3id.org/security/data-integrity/v2", "https://w3id.org/security/multikey/v1",
        "https://purl.archive.org/socialweb/webfinger", "https://w3id.org/fep/844e",
        [
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "movedTo": ["@id": "as:movedTo", "@type": "@id"],
            "alsoKnownAs": ["@id": "as:alsoKnownAs", "@type": "@id"],
            "toot": "http://joinmastodon.org/ns#", "featured": ["@id": "toot:featured", "@type": "@id"],
            "discoverable": "toot:discoverable", "indexable": "toot:indexable",
            "schema": "http://schema.org#", "PropertyValue": "schema:PropertyValue", "value": "schema:value",
            "jobTitle": "schema:jobTitle", "worksFor": "schema:worksFor",
            "workLocation": "schema:workLocation",
            "knowsAbout": "schema:knowsAbout", "hallway": "https://hallway.social/ns#",
        ],
    ]

    /// The context of posts and activities. FEP-8b32 proofs repeat it, so it is one constant.
    public static let objectContext: JSONValue = [
        "https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2",
        [
            "sensitive": "as:sensitive", "Hashtag": "as:Hashtag", "toot": "http://joinmastodon.org/ns#",
            "blurhash": "toot:blurhash", "votersCount": "toot:votersCount",
            "litepub": "http://litepub.social/ns#",
            "EmojiReact": "litepub:EmojiReact", "hallway": "https://hallway.social/ns#",
            "schema": "http://schema.org#",
            "quote": ["@id": "https://w3id.org/fep/044f#quote", "@type": "@id"],
            "quoteAuthorization": ["@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"],
            "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
            "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
            "quoteUri": "http://fedibird.com/ns#quoteUri",
            "_misskey_quote": "https://misskey-hub.net/ns/#_misskey_quote",
            "gts": "https://gotosocial.org/ns#",
            "interactionPolicy": ["@id": "gts:interactionPolicy", "@type": "@id"],
            "canQuote": ["@id": "gts:canQuote", "@type": "@id"],
            "automaticApproval": ["@id": "gts:automaticApproval", "@type": "@id"],
            "interactingObject": ["@id": "gts:interactingObject", "@type": "@id"],
            "interactionTarget": ["@id": "gts:interactionTarget", "@type": "@id"],
        ],
    ]

    /// The context of collections.
    public static let plainContext: JSONValue = "https://www.w3.org/ns/activitystreams"
}
