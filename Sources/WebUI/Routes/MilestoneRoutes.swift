import Domain
import Hummingbird
import Social
import Storage
import Surface

/// Whom to congratulate today, beside every page; and whether one wants to be, in the settings.
struct MilestoneRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("milestones") { try await show($0, $1) }
        router.post("settings/milestones") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let milestones = try Celebrate.read(
                birthday: fields["birthday"] ?? "", joinedOn: fields["joined_on"] ?? "")
            let choice = MilestoneChoice(
                milestones, isForAll: fields["for_all"] == "1", tellsPromotions: fields["promotions"] == "1")
            try await Celebrate(needs: pages.desk.needs).choose(choice, by: person)
            return Response.redirect(to: "/settings?saved=1", type: .normal)
        }
    }

    @concurrent
    private func show(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            var values = try Shell(desk: desk, session: session).values(
                title: "Milestones", here: "/milestones", back: "/milestones", person: person, in: transaction
            )
            let entries = try Self.entries(desk, for: person, in: transaction)
            values["days"] = entries
            values["isEmpty"] = entries.isEmpty
            return pages.templates.render("milestones", values)
        }
        return Response(html: html)
    }

    /// The block beside a reader's page; nil on a day without any.
    static func today(_ desk: Desk, for reader: ActorID, in transaction: Transaction) throws -> [String: Any]?
    {
        let entries = try entries(desk, for: reader, in: transaction)
        return entries.isEmpty ? nil : ["entries": Array(entries.prefix(8)), "hasMore": entries.count > 8]
    }

    private static func entries(
        _ desk: Desk, for reader: ActorID, in transaction: Transaction
    ) throws -> [[String: Any]] {
        let people = PersonView(desk: desk)
        return try Celebrate.today(at: desk.needs.now(), in: transaction).map { person, milestone, years in
            var entry: [String: Any] = [
                "name": people.name(person), "path": people.path(person),
                "words": words(milestone, years, person), "person": people.values(person),
            ]
            if person.id != reader {
                entry["link"] = "/new/recognition?to=\("@\(people.handle(person))".percentEncoded)"
            }
            return entry
        }
    }

    private static func words(_ milestone: Milestone, _ years: Int?, _ person: Actor) -> String {
        switch milestone.kind {
        case .birthday: "has their birthday"
        case .joining:
            switch years ?? 0 {
            case 0: "is new here"
            case 1: "has been here for a year"
            case let years: "has been here for \(years) years"
            }
        case .promotion: "is now \(person.work.title)"
        }
    }

    /// What a person chose, for the form.
    static func choice(of person: ActorID, in transaction: Transaction) throws -> [String: Any] {
        let choice = try transaction.milestoneChoice(of: person)
        return [
            "birthday": choice.milestones.first { $0.kind == .birthday }?.text ?? "",
            "joinedOn": choice.milestones.first { $0.kind == .joining }?.text ?? "",
            "isForAll": choice.isForAll, "tellsPromotions": choice.tellsPromotions,
        ]
    }
}
