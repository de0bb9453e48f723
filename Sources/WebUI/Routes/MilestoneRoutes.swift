import Domain
import Hummingbird
import Social
import Storage
import Surface

/// Whom to congratulate today, beside every page; and whether one wants to be, in the settings.
struct MilestoneRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.post("settings/milestones") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let milestones = try Celebrate.read(
                birthday: fields["birthday"] ?? "", joinedOn: fields["joined_on"] ?? "")
            try await Celebrate(needs: pages.desk.needs).choose(milestones, by: person)
            return Response.redirect(to: "/settings?saved=1", type: .normal)
        }
    }

    /// The block beside a reader's page; nil on a day without any.
    static func today(_ desk: Desk, for reader: ActorID, in transaction: Transaction) throws -> [String: Any]?
    {
        let people = PersonView(desk: desk)
        let entries = try Celebrate.today(at: desk.needs.now(), in: transaction).prefix(8)
            .map { person, milestone, years -> [String: Any] in
                let words =
                    switch milestone.kind {
                    case .birthday: "has their birthday"
                    case .joining:
                        years == 1 ? "has been here for a year" : "has been here for \(years ?? 0) years"
                    }
                var entry: [String: Any] = [
                    "name": people.name(person), "path": people.path(person), "words": words,
                ]
                if person.id != reader {
                    entry["link"] = "/new/recognition?to=\("@\(people.handle(person))".percentEncoded)"
                }
                return entry
            }
        return entries.isEmpty ? nil : ["entries": entries]
    }

    /// What a person chose, for the form.
    static func choice(of person: ActorID, in transaction: Transaction) throws -> [String: Any] {
        let found = try transaction.milestones(of: person)
        let joining = found.first { $0.kind == .joining }
        return [
            "birthday": found.first { $0.kind == .birthday }?.day.text ?? "",
            "joinedOn": joining.flatMap { one in one.year.map { "\($0)-\(one.day.text)" } } ?? "",
        ]
    }
}
