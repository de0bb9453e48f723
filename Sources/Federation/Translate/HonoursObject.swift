import ActivityStreams
import Domain
import FoundationEssentials
import JSON

/// What an actor's document tells readers of the organisation about a person: whether they may be ranked, and badges.
enum HonoursObject {
    /// Words that are looked at.
    private static let mostBadges = 32

    static func write(_ honours: Honours, to json: inout JSONObject) {
        json["hallway:ranked"] = .bool(honours.isRanked)
        if !honours.badges.isEmpty {
            json["hallway:badges"] = .array(honours.badges.map { .string($0.rawValue) })
        }
    }

    /// nil where the document says nothing of it, as one that is not for the organisation does. Badges of whoever may not
    /// be ranked are none, and those with an unknown name are left out.
    static func read(_ object: ASObject) -> Honours? {
        guard let isRanked = object.json["hallway:ranked"]?.bool else { return nil }
        let words = (object.json["hallway:badges"] ?? .null).list.prefix(mostBadges).compactMap(\.string)
        return Honours(
            isRanked: isRanked, badges: isRanked ? Badge.allCases.filter { words.contains($0.rawValue) } : [])
    }
}
