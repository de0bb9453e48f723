import Domain
import JSON

/// Writes how a person stands to an account.
enum RelationshipEntity {
    static func write(_ relation: Relation) -> JSONValue {
        [
            "id": .string(relation.target.description), "following": .bool(relation.follows),
            "showing_reblogs": .bool(relation.showsAnnounces && relation.follows),
            "notifying": .bool(relation.notifies), "languages": nil,
            "followed_by": .bool(relation.isFollowedBy),
            "blocking": .bool(relation.blocks), "blocked_by": .bool(relation.isBlockedBy),
            "muting": .bool(relation.mutes), "muting_notifications": .bool(relation.mutesNotifications),
            "requested": .bool(relation.hasAsked), "requested_by": .bool(relation.isAskedBy),
            "domain_blocking": false, "endorsed": false, "note": "",
        ]
    }
}
