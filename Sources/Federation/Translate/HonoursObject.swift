import ActivityStreams
import Domain
import FoundationEssentials
import JSON

/// What an actor's document tells readers of the organisation about a person: whether they may be ranked, badges, and days
/// to celebrate.
enum HonoursObject {
    /// Words that are looked at.
    private static let mostBadges = 32

    static func write(_ honours: Honours, to json: inout JSONObject) {
        json["hallway:ranked"] = .bool(honours.isRanked)
        if !honours.badges.isEmpty {
            json["hallway:badges"] = .array(honours.badges.map { .string($0.rawValue) })
        }
        let days = honours.milestones.map { (term($0.kind), JSONValue.string($0.text)) }
        if !days.isEmpty { json["hallway:milestones"] = .object(JSONObject(days)) }
    }

    private static func term(_ kind: Milestone.Kind) -> String {
        switch kind {
        case .birthday: "hallway:birthday"
        case .joining: "hallway:joined"
        case .promotion: "hallway:promoted"
        }
    }

    /// A birthday with a year is none: nobody is told an age by mistake.
    private static func milestones(_ json: JSONValue?, now: Date) -> [Milestone] {
        Milestone.Kind.allCases.compactMap { kind in
            guard let text = json?[term(kind)]?.string else { return nil }
            let day = kind == .birthday ? text : String(text.dropFirst(5))
            guard let day = DayOfYear(day) else { return nil }
            guard kind != .birthday else { return .birthday(day) }
            guard text.utf8.count == 10, text.dropFirst(4).first == "-", let year = Int(text.prefix(4)) else {
                return nil
            }
            let milestone = Milestone(kind: kind, day: day, year: year)
            do { try milestone.check(now: now) } catch { return nil }
            return milestone
        }
    }

    /// nil where the document says nothing of it, as one that is not for the organisation does. Badges of whoever may not
    /// be ranked are none, and those with an unknown name are left out.
    static func read(_ object: ASObject, now: Date) -> Honours? {
        guard let isRanked = object.json["hallway:ranked"]?.bool else { return nil }
        let words = (object.json["hallway:badges"] ?? .null).list.prefix(mostBadges).compactMap(\.string)
        return Honours(
            isRanked: isRanked, badges: isRanked ? Badge.allCases.filter { words.contains($0.rawValue) } : [],
            milestones: milestones(object.json["hallway:milestones"], now: now))
    }
}
