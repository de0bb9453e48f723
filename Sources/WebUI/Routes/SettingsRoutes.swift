import Domain
import Hummingbird
import Markup
import Social
import Storage
import Surface

/// A person's own profile and habits.
struct SettingsRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("settings") { try await show($0, $1) }
        router.post("settings") { try await save($0, $1) }
    }

    @concurrent
    private func show(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let isSaved = request.uri.queryParameters["saved"] != nil
        let html = try await desk.needs.store.read { [pages] transaction in
            guard let actor = try transaction.actor(person) else { throw Refusal.notFound("Record") }
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "Your profile", here: "/settings", back: "/settings", person: person, in: transaction)
            let login = try transaction.login(of: person)
            let audience = login?.defaultAudience ?? .organisation
            values["policies"] = QuoteView.policies(chosen: login?.quotePolicy ?? .everyone)
            values["language"] = login?.language ?? ""
            values["person"] = ["title": "", "department": "", "office": ""]
                .merging(PersonView(desk: desk).values(actor)) { $1 }
            values["note"] = SafeHTML.plainText(actor.summary)
            values["skills"] = actor.work.skills.joined(separator: ", ")
            values["isLocked"] = actor.isLocked
            if desk.needs.ranksPeople {
                values["ranking"] = ["isRanked": try transaction.isRanked(person)]
            }
            values["days"] = try MilestoneRoutes.choice(of: person, in: transaction)
            values["contacts"] = WorkProfile.Contact.Kind.allCases.map { Self.contact($0, of: actor) }
            values["audiences"] = ComposerView(desk: desk, seal: shell.seal, back: "/settings")
                .audiences(chosen: audience, followers: actor.counts.followers)
            if isSaved { values["notice"] = "Saved. Your colleagues in other offices see it within seconds." }
            return pages.templates.render("settings", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func save(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        var work = WorkProfile()
        work.title = fields["title"] ?? ""
        work.department = fields["department"] ?? ""
        work.office = fields["office"] ?? ""
        work.skills = (fields["skills"] ?? "").split(separator: ",")
            .map { $0.trimmingPrefix { $0.isWhitespace }.description }.filter { !$0.isEmpty }
        work.contacts = WorkProfile.Contact.Kind.allCases.compactMap { kind in
            guard let value = fields[kind.rawValue], !value.isEmpty else { return nil }
            let reach = fields["\(kind.rawValue)_reach"].flatMap { WorkProfile.Reach(rawValue: $0) } ?? .node
            return WorkProfile.Contact(kind: kind, value: value, reach: reach)
        }
        var changes = People.Changes()
        changes.displayName = fields["display_name"]
        changes.note = fields["note"]
        changes.isLocked = fields["locked"] == "1"
        changes.work = work
        changes.language = fields["language"]
        changes.quotePolicy = try QuoteView.policy(fields["quote_policy"])
        changes.defaultAudience = try ComposerView.audience(fields["audience"])
        _ = try await pages.desk.people.change(person, changes)
        return Response.redirect(to: "/settings?saved=1", type: .normal)
    }

    private static func contact(_ kind: WorkProfile.Contact.Kind, of actor: Actor) -> [String: Any] {
        let known = actor.work.contacts.first { $0.kind == kind }
        let label =
            switch kind {
            case .email: "E-mail"
            case .telephone: "Telephone"
            case .location: "Room or place"
            }
        let reaches: [(WorkProfile.Reach, String)] = [
            (.node, "This office"), (.entity, "My company"), (.organisation, "The whole organisation"),
        ]
        return [
            "kind": kind.rawValue, "label": label, "value": known?.value ?? "",
            "reaches": reaches.map { reach, label in
                ["value": reach.rawValue, "label": label, "isChosen": reach == known?.reach ?? .organisation]
                    as [String: Any]
            },
        ]
    }
}
