import Domain
import FoundationEssentials
import Social
import Storage
import Surface

/// What a card shows of a gathering.
struct GatheringView {
    static let kinds = [("/new/event", "Event"), ("/new/challenge", "Challenge")]
    let desk: Desk

    func values(
        _ gathering: Gathering, of post: Post, for person: ActorID, in transaction: Transaction
    ) throws -> [String: Any] {
        let state = try transaction.attendance(person, of: post.id)?.state
        let isOpen = !gathering.isCancelled && !gathering.isOver(at: desk.needs.now())
        let isFull = gathering.placesLeft == 0
        var values: [String: Any] = [
            "word": "Event", "gatheringID": post.id.description, "isCancelled": gathering.isCancelled,
            "start": Moments.clock(gathering.startsAt, offsetMinutes: gathering.offsetMinutes),
            "people": Self.people(gathering),
            "isOpen": isOpen, "yesLabel": isFull && state?.isIn != true ? "Join the waiting list" : "I come",
            "yes": state?.isIn == true, "maybe": state == .maybe, "no": state == .declined,
            "yesWord": String(state?.isIn == true), "maybeWord": String(state == .maybe),
            "noWord": String(state == .declined), "mayChange": post.author == person && isOpen,
        ]
        if let challenge = gathering.challenge {
            values["word"] = "Challenge"
            (values["goal"], values["reported"]) = (challenge.goal, challenge.reported)
            if !isFull || state?.isIn == true { values["yesLabel"] = "I take part" }
            values["mayReport"] = state == .going && isOpen && desk.needs.now() >= gathering.startsAt
            values["amount"] = try transaction.challengeReport(of: person, in: post.id)?.amount ?? 0
        }
        if let end = gathering.endsAt {
            values["end"] = Moments.clock(end, offsetMinutes: gathering.offsetMinutes)
        }
        if !gathering.place.isEmpty { values["place"] = gathering.place }
        if !gathering.call.isEmpty { values["call"] = gathering.call }
        if let state { values["answer"] = Self.words(state) }
        return values
    }

    private static func people(_ gathering: Gathering) -> String {
        var words = gathering.going == 1 ? "1 person" : "\(gathering.going) people"
        if let left = gathering.placesLeft {
            words += left == 0 ? ", no place left" : left == 1 ? ", 1 place left" : ", \(left) places left"
        }
        if gathering.waiting > 0 { words += ", \(gathering.waiting) waiting" }
        return words
    }

    private static func words(_ state: Attendance.State) -> String {
        switch state {
        case .asked: "You asked to come. The organiser's office will answer."
        case .going: "You have a place."
        case .waiting: "You are on the waiting list, and are told when there is a place."
        case .maybe: "You may come. No place is kept for you."
        case .declined: "You do not come."
        case .refused: "The organiser's office could not give you a place."
        }
    }
}
