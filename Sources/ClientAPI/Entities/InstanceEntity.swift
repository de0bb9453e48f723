import Domain
import JSON
import Social
import Surface

/// What everyone may read of this node before they sign in.
struct InstanceEntity {
    let desk: Desk
    let people: Int
    let posts: Int
    /// What the node asks of those who write, where the reader is shown it.
    var guideline: Guideline?

    /// Mastodon's version whose interface this is, in front of our own, as clients parse it.
    private var version: String { "4.5.0 (compatible; Hallway \(desk.version))" }
    /// What it has of the additions that Mastodon numbers (Spec/federation.md, *The client API*).
    private static let apiVersion = 7
    private var authority: String { desk.needs.addresses.authority }
    private var streaming: String {
        let base = desk.needs.addresses.base
        return "\(base.scheme == "https" ? "wss" : "ws")://\(base.authority)"
    }

    var v1: JSONValue {
        [
            "uri": .string(authority), "title": .string(desk.nodeName),
            "short_description": .string(sentence),
            "description": .string(sentence), "email": .string(desk.contactEmail),
            "version": .string(version),
            "urls": ["streaming_api": .string(streaming)],
            "stats": ["user_count": JSONValue(people), "status_count": JSONValue(posts), "domain_count": 0],
            "thumbnail": nil, "languages": ["en"], "registrations": .bool(desk.acceptsRegistrations),
            "approval_required": false, "invites_enabled": false, "configuration": configuration,
            "contact_account": nil, "rules": GuidelineRoutes.rules(guideline),
        ]
    }

    var v2: JSONValue {
        var settings = configuration.object ?? JSONObject()
        settings["urls"] = [
            "streaming": .string(streaming), "status": nil, "about": nil, "privacy_policy": nil,
            "terms_of_service": guideline == nil ? .null : .string(desk.needs.addresses.guidelines),
        ]
        settings["vapid"] = ["public_key": ""]
        settings["translation"] = ["enabled": false]
        settings["limited_federation"] = .bool(desk.needs.policy == .organisation)
        return [
            "domain": .string(authority), "title": .string(desk.nodeName), "version": .string(version),
            "source_url": "", "description": .string(sentence),
            "usage": ["users": ["active_month": 0]],
            "thumbnail": ["url": .string("\(desk.needs.addresses.base.origin)/assets/header.svg")],
            "icon": [],
            "languages": ["en"], "configuration": .object(settings),
            "registrations": [
                "enabled": .bool(desk.acceptsRegistrations), "approval_required": false,
                "reason_required": false,
                "message": nil, "min_age": nil, "url": nil,
            ],
            "api_versions": ["mastodon": JSONValue(Self.apiVersion)],
            "contact": ["email": .string(desk.contactEmail), "account": nil],
            "rules": GuidelineRoutes.rules(guideline),
        ]
    }

    private var sentence: String {
        desk.needs.policy == .open
            ? "\(desk.nodeName) on Hallway"
            : "\(desk.nodeName) on Hallway: colleagues of this organisation only"
    }

    private var configuration: JSONValue {
        [
            "accounts": ["max_featured_tags": 0, "max_pinned_statuses": 0],
            "statuses": [
                "max_characters": JSONValue(Limits.postText), "max_media_attachments": 0,
                "characters_reserved_per_url": 23,
            ],
            "media_attachments": [
                "supported_mime_types": [], "description_limit": 1500, "image_size_limit": 0,
                "image_matrix_limit": 0, "video_size_limit": 0, "video_frame_rate_limit": 0,
                "video_matrix_limit": 0,
            ],
            "polls": [
                "max_options": JSONValue(Poll.optionCount.upperBound),
                "max_characters_per_option": JSONValue(Poll.optionLength.upperBound),
                "min_expiration": JSONValue(Poll.duration.lowerBound),
                "max_expiration": JSONValue(Poll.duration.upperBound),
            ],
        ]
    }
}
