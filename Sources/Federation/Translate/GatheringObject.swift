import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Markup
import Storage

/// Writes a gathering as an `Event` (FEP-8a8e, and the terms that Mobilizon reads).
struct GatheringOut {
    static func add(_ gathering: Gathering, of post: Post, to json: inout JSONObject) {
        json["type"] = "Event"
        json["name"] = .string(gathering.title)
        json["startTime"] = .string(ASDate.text(gathering.startsAt))
        json["endTime"] = gathering.endsAt.map { .string(ASDate.text($0)) }
        if !gathering.place.isEmpty {
            json["location"] = ["type": "Place", "name": .string(gathering.place)]
        }
        if !gathering.call.isEmpty { json["hallway:call"] = .string(gathering.call) }
        json["joinMode"] = "free"
        json["maximumAttendeeCapacity"] = gathering.capacity.map { JSONValue($0) }
        json["remainingAttendeeCapacity"] = gathering.placesLeft.map { JSONValue($0) }
        json["participantCount"] = JSONValue(gathering.going)
        json["hallway:capacity"] = gathering.capacity.map { JSONValue($0) }
        json["hallway:waiting"] = JSONValue(gathering.waiting)
        json["hallway:sequence"] = .int(gathering.sequence)
        json["hallway:offset"] = JSONValue(gathering.offsetMinutes)
        if gathering.isCancelled { json["hallway:cancelled"] = true }
        if let challenge = gathering.challenge { ChallengeObject.add(challenge, to: &json) }
        json["content"] = .string(post.content + footing(gathering))
        if let language = post.language, let content = json["content"] {
            json["contentMap"] = .object(JSONObject([(language, content)]))
        }
    }

    /// When and where, for readers that show the text alone.
    static func footing(_ gathering: Gathering) -> String {
        var text = "When: \(ASDate.text(gathering.startsAt))"
        if !gathering.place.isEmpty { text += ", where: \(gathering.place)" }
        if let challenge = gathering.challenge { text += ", goal: \(challenge.goal)" }
        if gathering.isCancelled { text += " (cancelled)" }
        return "<p>\(text.escapedHTML)</p>"
    }
}

/// Reads an `Event`; one without a time is no gathering but something with a title.
struct GatheringIn {
    static func read(_ object: ASObject, title: String, at now: Date) throws(Refusal) -> Gathering? {
        guard object.type == "Event", object.json["startTime"] != nil else { return nil }
        guard let start = wholeSeconds(object.date("startTime")) else {
            throw .invalid(field: "startTime", because: "is no moment")
        }
        if let end = object.json["endTime"], end != .null, object.date("endTime") == nil {
            throw .invalid(field: "endTime", because: "is no moment")
        }
        let places = object.objects("location")
        var capacity = try number(object, "hallway:capacity")
        if capacity == nil { capacity = try number(object, "maximumAttendeeCapacity") }
        var gathering = Gathering(
            title: title.shortened(to: Limits.profileWord), startsAt: start,
            endsAt: wholeSeconds(object.date("endTime")),
            place: ActorIn.line(
                places.first { $0.type == "Place" }?.text("name") ?? "", limit: Limits.profileWord),
            call: object.json["hallway:call"]?.string ?? "",
            // Mobilizon writes 0 for any number.
            capacity: capacity == 0 ? nil : capacity,
            offsetMinutes: try number(object, "hallway:offset", atLeast: -840) ?? 0)
        gathering.isCancelled = object.bool("hallway:cancelled") ?? false
        gathering.challenge = ChallengeObject.read(object)
        if let totals = GatheringTotals(object) {
            (gathering.going, gathering.waiting) = (totals.going, totals.waiting)
            gathering.sequence = totals.sequence
        }
        try gathering.checkForm(at: now)
        return gathering
    }

    /// The text as its author wrote it.
    static func text(_ text: String, of object: ASObject, title: String) -> String {
        guard let start = object.date("startTime"),
            let gathering = try? read(object, title: title, at: start)
        else { return text }
        return AddedText.take(footing: GatheringOut.footing(gathering), off: text)
    }

    /// As calendars keep it, and as it is written for others.
    private static func wholeSeconds(_ date: Date?) -> Date? {
        date.map { Date(timeIntervalSince1970: $0.timeIntervalSince1970.rounded(.down)) }
    }

    private static func number(
        _ object: ASObject, _ name: String, atLeast lowest: Int = 0
    ) throws(Refusal) -> Int? {
        guard let value = object.json[name], value != .null else { return nil }
        guard let number = value.int, (Int64(lowest)...1_000_000).contains(number) else {
            throw .invalid(field: name, because: "is no such number")
        }
        return Int(number)
    }
}

/// How many come, as the organiser's node tells.
struct GatheringTotals: Sendable {
    let going: Int
    let waiting: Int
    /// What those who take part in a challenge reached.
    let reported: Int?
    let sequence: Int64

    /// nil where there are none, or none that can be true.
    init?(_ object: ASObject) {
        guard object.type == "Event", let sequence = object.json["hallway:sequence"]?.int, sequence >= 0,
            let going = object.int("participantCount"), (0...1_000_000).contains(going),
            let waiting = object.int("hallway:waiting"), (0...1_000_000).contains(waiting)
        else { return nil }
        (self.going, self.waiting, self.sequence) = (going, waiting, sequence)
        reported = ChallengeObject.reported(object)
    }

    func save(for post: Post, in transaction: Transaction) throws {
        guard case .gathering = post.body else { return }
        try transaction.saveTotals(
            of: post.id, going: going, waiting: waiting, reported: reported, sequence: sequence)
    }
}
