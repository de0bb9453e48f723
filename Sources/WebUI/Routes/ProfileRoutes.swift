import Domain
import Foundation
import FoundationEssentials
import Hummingbird
import Markup
import Social
import Storage
import Surface

/// People's own pages, and following them.
struct ProfileRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("@{name}") { try await profile($0, $1) }
        let desk = pages.desk
        act("follow", router) { _ = try await desk.follow.follow($0, by: $1) }
        act("unfollow", router) { _ = try await desk.follow.unfollow($0, by: $1) }
        act("accept", router) { _ = try await desk.follow.accept($0, by: $1) }
        act("reject", router) { _ = try await desk.follow.reject($0, by: $1) }
    }

    private func act(
        _ word: String, _ router: Router<HallwayContext>,
        _ verb: @escaping @Sendable (ActorID, ActorID) async throws -> Void
    ) {
        router.post("people/:person/\(word)") { request, context in
            let (person, fields) = try await pages.form(request, context)
            guard let target = context.parameters.get("person").flatMap({ ActorID(decimal: $0) }) else {
                throw Refusal.notFound("Record")
            }
            try await verb(target, person)
            return Response.redirect(to: Back.path(fields["back"], fallback: "/notifications"), type: .normal)
        }
    }

    @concurrent
    private func profile(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let name = context.parameters.get("name")?.removingPercentEncoding ?? ""
        let desk = pages.desk
        let accept = request.headers[.accept] ?? ""
        if accept.contains("json"), !accept.contains("text/html"),
            let actor = try await desk.needs.store.read({ try $0.localActor(named: name) }),
            actor.kind != .group
        {
            return Response.redirect(to: actor.uri.string, type: .normal)
        }
        let (person, session) = try pages.person(context)
        let actor = try await find(name, for: person)
        if try await desk.needs.store.read({ try $0.group(actor.id) }) != nil {
            return Response.redirect(to: "/groups/\(actor.id)", type: .normal)
        }
        let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let people = PersonView(desk: desk)
            let path = people.path(actor)
            var values = try shell.values(
                title: people.name(actor), here: actor.id == person ? path : "/people", back: path,
                person: person,
                in: transaction)
            let relation = try transaction.relation(of: person, to: actor.id)
            let posts = try transaction.timeline(
                .author(actor.id, withReplies: false, withAnnounces: true), for: .person(person),
                Page(before: before, limit: Self.size))
            values.merge(Self.facts(actor, isOwnNode: actor.isLocal)) { $1 }
            values["person"] = people.values(actor)
            values["isMe"] = actor.id == person
            values["followsMe"] = relation.isFollowedBy
            if actor.id != person {
                values["followForm"] = people.followForm(
                    actor, relation: relation, seal: shell.seal, back: path)
                let lists =
                    relation.follows
                    ? try PeopleListRoutes.forms(
                        about: actor, for: person, seal: shell.seal, back: path, in: transaction) : []
                if !lists.isEmpty { values["lists"] = ["forms": lists] }
            }
            values["list"] = try PostViews(desk: desk, seal: shell.seal, back: path)
                .values(posts, for: person, in: transaction)
            values["isEmpty"] = posts.isEmpty
            let thanks = try transaction.recognitionTally(of: actor.id, for: .person(person))
            if thanks.count > 0 {
                let byValue = try transaction.recognitionValues(of: actor.id, for: .person(person))
                values["thanks"] = Self.thanks(thanks, byValue, actor)
            }
            let badges = try desk.rank.badges(of: actor, transaction)
            values["hasBadges"] = !badges.isEmpty
            values["badges"] = LeaderboardRoutes.badges(badges)
            if posts.count == Self.size, let last = posts.last {
                values["older"] = "\(path)?before=\(last.id)"
            }
            return pages.templates.render("profile", values)
        }
        return Response(html: html)
    }

    private func find(_ name: String, for person: ActorID) async throws -> Actor {
        let desk = pages.desk
        let found = try await desk.needs.store.read { transaction -> Actor? in
            guard let handle = Handle(name) else { return try transaction.localActor(named: name) }
            return handle.host == desk.needs.addresses.authority
                ? try transaction.localActor(named: handle.name)
                : try transaction.actor(organisationHandle: handle) ?? transaction.remoteActor(handle)
        }
        guard let found, found.state == .active,
            try await desk.needs.store.read({ try $0.mayKnow(found.id, .person(person)) })
        else { throw Refusal.notFound("Record") }
        return found
    }

    /// `isOwnNode`: contacts for the home node's own people are shown to them alone.
    private static func facts(_ actor: Actor, isOwnNode: Bool) -> [String: Any] {
        let contacts = actor.work.contacts.filter { isOwnNode || $0.reach > .node }
            .map { ["name": $0.kind.rawValue.capitalized, "value": escape($0.value)] }
        let fields = contacts + actor.fields.map { ["name": $0.name, "value": $0.value] }
        var values: [String: Any] = [
            "totals": totals(actor.counts),
            "fields": fields, "hasFields": !fields.isEmpty, "hasSkills": !actor.work.skills.isEmpty,
            "skills": actor.work.skills.map { skill in
                ["word": skill, "link": skill.percentEncoded]
            },
        ]
        if !actor.summary.isEmpty { values["note"] = actor.summary }
        if let handle = actor.organisationHandle { values["organisationHandle"] = handle.description }
        return values
    }

    private static func thanks(
        _ tally: RecognitionTally, _ values: [(value: String, count: Int)], _ actor: Actor
    ) -> [String: Any] {
        let points = tally.points > 0 ? ", with \(tally.points) points" : ""
        return [
            "words": (tally.count == 1 ? "Thanked once" : "Thanked \(tally.count) times") + points,
            "path": "/thanks?person=\(actor.id)",
            "values": values.map { value, count in
                [
                    "word": value, "count": count,
                    "link": "/thanks?person=\(actor.id)&value=\(value.percentEncoded)",
                ] as [String: Any]
            },
        ]
    }

    private static func totals(_ counts: Actor.Counts) -> String {
        let posts = counts.posts == 1 ? "1 post" : "\(counts.posts) posts"
        let followers = counts.followers == 1 ? "1 follower" : "\(counts.followers) followers"
        return "\(posts) · \(followers) · follows \(counts.following)"
    }

    private static func escape(_ text: String) -> String { text.escapedHTML }
}
