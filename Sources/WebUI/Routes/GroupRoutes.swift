import Domain
import Hummingbird
import Social
import Storage
import Surface

/// The groups one is in, others to join, and a page for each.
struct GroupRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("groups") { try await list($0, $1) }
        router.get("groups/new") { _, context in try await founding(context) }
        router.post("groups") { request, context in
            let (person, fields) = try await pages.form(request, context)
            do {
                let actor = try await pages.desk.runGroup.found(
                    fields["name"] ?? "", Self.wish(fields), by: person)
                return Response.redirect(to: "/groups/\(actor.id)", type: .normal)
            } catch let refusal as Refusal {
                return try await founding(context, typed: fields, because: refusal)
            }
        }
        router.get("groups/:group") { try await group($0, $1) }
        router.post("groups/:group/settings") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let id = try id(context)
            let group = try await pages.desk.runGroup.change(id, Self.wish(fields), by: person)
            let asked = group.isLocal ? "" : "&asked=1"
            return Response.redirect(to: "/groups/\(id)?tab=about\(asked)", type: .normal)
        }
        router.post("groups/:group/join") { request, context in
            let (person, _) = try await pages.form(request, context)
            let id = try id(context)
            _ = try await pages.desk.roster.join(id, by: person)
            return Response.redirect(to: "/groups/\(id)", type: .normal)
        }
        for word in ["move", "claim"] {
            router.post("groups/:group/\(word)") { request, context in
                let (person, fields) = try await pages.form(request, context)
                let id: ActorID = try id(context)
                guard fields["sure"] != nil else {
                    throw Refusal.invalid(field: "Move", because: "is done when you tick that you are sure")
                }
                let other = try await pages.desk.group(named: fields["other"] ?? "")
                if word == "move" {
                    try await pages.desk.moveGroup.move(id, to: other.id, by: person)
                } else {
                    try await pages.desk.moveGroup.claim(id, from: other.id, by: person)
                }
                return Response.redirect(to: "/groups/\(id)?tab=about", type: .normal)
            }
        }
        router.post("groups/:group/leave") { request, context in
            let (person, _) = try await pages.form(request, context)
            try await pages.desk.roster.leave(id(context), by: person)
            return Response.redirect(to: "/groups", type: .normal)
        }
        router.post("groups/:group/notifications") { request, context in
            let (person, fields) = try await pages.form(request, context)
            guard let level = fields["level"].flatMap({ NotificationLevel(word: $0) }) else {
                throw Refusal.invalid(field: "Level", because: "is not in the list")
            }
            let group: ActorID = try id(context)
            try await pages.desk.chooseNotifications.choose(level, in: group, by: person)
            return Response.redirect(to: "/groups/\(group)?tab=about", type: .normal)
        }
        router.post("groups/:group/invite") { try await invite($0, $1) }
        router.post("groups/:group/members/:person") { request, context in
            let (moderator, fields) = try await pages.form(request, context)
            guard let decision = GroupDecision(word: fields["decision"] ?? ""),
                let person = context.parameters.get("person").flatMap({ ActorID(decimal: $0) })
            else { throw Refusal.notFound("Decision") }
            let id = try id(context)
            try await pages.desk.roster.decide(decision, about: person, in: id, by: moderator)
            return Response.redirect(to: "/groups/\(id)?tab=members", type: .normal)
        }
        for word in ["pin", "unpin", "remove"] {
            router.post("groups/:group/posts/:post/\(word)") { request, context in
                let (person, _) = try await pages.form(request, context)
                guard let post = context.parameters.get("post").flatMap({ PostID(decimal: $0) }) else {
                    throw Refusal.notFound("Record")
                }
                try await pages.desk.runGroup.post(word, post, by: person)
                return Response.redirect(to: "/groups/\(try id(context))", type: .normal)
            }
        }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let fields = try await Fields(request, context: context)
        let isMine = fields["all"] != "1"
        let after: ActorID? = try fields.id("after")
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let views = GroupViews(desk: desk, seal: shell.seal)
            var values = try shell.values(
                title: "Groups", here: "/groups", back: "/groups", person: person, in: transaction)
            values["tabs"] = [("/groups", "My groups", isMine), ("/groups?all=1", "Others", !isMine)].map {
                ["path": $0, "label": $1, "isHere": $2] as [String: Any]
            }
            func rows(_ actors: [Actor]) throws -> [[String: Any]] {
                try actors.compactMap { actor in
                    try transaction.group(actor.id).map {
                        try views.row(actor, $0, for: person, in: transaction)
                    }
                }
            }
            let found = try transaction.groups(
                for: person, isMine: isMine, after: try after.flatMap { try transaction.actor($0) },
                limit: Self.size)
            values["groups"] = try rows(found)
            if found.isEmpty {
                values["isEmpty"] = true
                values["emptyTitle"] = isMine ? "You are in no group yet" : "No other groups"
                values["emptyText"] =
                    isMine ? "Look at the others, or found one." : "What you know of is among your own."
            }
            let invited = try transaction.memberships(of: person).filter { $0.state == .invited }.map(\.group)
            if isMine, !invited.isEmpty {
                values["invitations"] = ["groups": try rows(try transaction.actors(invited))]
            }
            if found.count == Self.size, let last = found.last {
                values["more"] = "/groups?\(isMine ? "" : "all=1&")after=\(last.id)"
            }
            return pages.templates.render("groups", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func founding(
        _ context: HallwayContext, typed: Fields = .none, because refusal: Refusal? = nil
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "New group", here: "/groups", back: "/groups", person: person, in: transaction)
            var form = GroupViews(desk: desk, seal: shell.seal)
                .form(nil, nil, action: "/groups", label: "Found the group")
            if let refusal {
                form = GroupViews.fill(form, from: typed)
                values["problem"] = PollRoutes.words(refusal)
            }
            values["form"] = form
            return pages.templates.render("group_new", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }

    @concurrent
    private func group(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let id = try id(context)
        let fields = try await Fields(request, context: context)
        let tab: String = ["members", "about"].first { $0 == fields["tab"] } ?? "posts"
        let now = try await desk.needs.store.read { transaction -> ActorID in
            let now = try transaction.groupNow(id)
            return try transaction.mayKnow(now, .person(person)) ? now : id
        }
        guard now == id else { return Response.redirect(to: "/groups/\(now)?tab=\(tab)", type: .normal) }
        let before = try fields.int("before")
        let state = fields["state"].flatMap { Membership.State(word: $0) }
        let after: ActorID? = try fields.id("after")
        let html = try await desk.needs.store.read { [pages] transaction in
            let (actor, group) = try transaction.knownGroup(id, to: .person(person))
            let own = try transaction.membership(of: person, in: id)
            let shell = Shell(desk: desk, session: session)
            let views = GroupViews(desk: desk, seal: shell.seal)
            let path = views.path(actor)
            var values = try shell.values(
                title: PersonView(desk: desk).name(actor), here: "/groups", back: path, person: person,
                in: transaction)
            values["group"] = PersonView(desk: desk).values(actor)
            (values["id"], values["seal"]) = (id.description, shell.seal)
            values["kindWord"] = GroupViews.word(group.kind)
            values["facts"] = try views.facts(actor, for: person, in: transaction)
            values.merge(views.belonging(id, group, own)) { $1 }
            if fields["asked"] == "1", let host = actor.host {
                values["standing"] =
                    "\(host) was asked, where the group lives. What it takes over shows here."
            }
            values["tabs"] = [("posts", "Posts"), ("members", "Members"), ("about", "About")].map {
                ["path": "\(path)?tab=\($0)", "label": $1, "isHere": $0 == tab] as [String: Any]
            }
            let page = GroupPage(desk: desk, views: views, shell: shell, actor: actor, group: group, own: own)
            switch tab {
            case "members":
                try page.addMembers(to: &values, for: person, only: state, after: after, in: transaction)
            case "about": try page.addAbout(to: &values, in: transaction)
            default:
                try page.addPosts(
                    to: &values, for: person, Page(before: before, limit: Self.size), in: transaction)
            }
            return pages.templates.render("group", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func invite(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (moderator, fields) = try await pages.form(request, context)
        let desk = pages.desk
        let id = try id(context)
        let typed = (fields["handle"] ?? "").filter { !$0.isWhitespace }
        let name = typed.hasPrefix("@") ? String(typed.dropFirst()) : typed
        let known = try await desk.needs.store.read { transaction -> Actor? in
            guard let handle = Handle(name) else { return try transaction.localActor(named: name) }
            return handle.host == desk.needs.addresses.authority
                ? try transaction.localActor(named: handle.name)
                : try transaction.actor(organisationHandle: handle) ?? transaction.remoteActor(handle)
        }
        var found = known
        if found == nil, let handle = Handle(name) { found = await desk.find(handle) }
        guard let person = found, person.kind == .person else {
            throw Refusal.invalid(field: "Invite", because: "nobody is called \(name)")
        }
        try await desk.roster.decide(.invite, about: person.id, in: id, by: moderator)
        return Response.redirect(to: "/groups/\(id)?tab=members", type: .normal)
    }

    private static func wish(_ fields: Fields) throws(Refusal) -> RunGroup.Wish {
        try RunGroup.Wish(
            displayName: fields["display_name"], summary: fields["note"], rules: fields["rules"],
            kind: fields["kind"], posting: fields["posting"], department: fields["department"],
            office: fields["office"])
    }

    private func id(_ context: HallwayContext) throws(Refusal) -> ActorID {
        guard let id = context.parameters.get("group").flatMap({ ActorID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}

/// The three parts of a group's page.
private struct GroupPage {
    let desk: Desk
    let views: GroupViews
    let shell: Shell
    let actor: Actor
    let group: Group
    let own: Membership?

    func addPosts(
        to values: inout [String: Any], for person: ActorID, _ page: Page, in transaction: Transaction
    ) throws {
        values["showsPosts"] = true
        let path = views.path(actor)
        let cards = PostViews(desk: desk, seal: shell.seal, back: path)
        let posts = try transaction.timeline(.group(actor.id), for: .person(person), page)
        let pinned =
            page.before == nil
            ? try transaction.timeline(.pinnedInGroup(actor.id), for: .person(person), Page(limit: 10)) : []
        func tools(_ cards: [[String: Any]], _ words: [(String, String)]) -> [[String: Any]] {
            guard own?.moderates == true else { return cards }
            return cards.map { card in
                var card = card
                card["groupTools"] = words.map { word, label in
                    [
                        "path": "\(path)/posts/\(card["id"] ?? "")/\(word)", "label": label,
                        "seal": shell.seal,
                    ]
                }
                return card
            }
        }
        values["posts"] = tools(
            try cards.values(posts, for: person, in: transaction),
            [("pin", "Pin"), ("remove", "Remove from the group")])
        if !pinned.isEmpty {
            values["pinned"] = [
                "list": tools(try cards.values(pinned, for: person, in: transaction), [("unpin", "Unpin")])
            ]
        }
        if posts.count == page.limit, let last = posts.last { values["older"] = "\(path)?before=\(last.id)" }
        if page.before == nil, (try? group.admits(own, answering: false)) != nil {
            values["composer"] = try ComposerView(desk: desk, seal: shell.seal, back: path)
                .values(for: person, in: actor, transaction)
        }
        if posts.isEmpty {
            values["isEmpty"] = true
            let mayRead = group.kind == .open || own?.state == .member
            values["emptyTitle"] = mayRead ? "Nothing here yet" : "For members"
            values["emptyText"] =
                mayRead ? "Whoever writes first begins it." : "What is written here is for those who belong."
        }
    }

    func addMembers(
        to values: inout [String: Any], for person: ActorID, only state: Membership.State?, after: ActorID?,
        in transaction: Transaction
    ) throws {
        values["showsMembers"] = true
        let parts = try views.parts(
            actor.id, for: person, own: own, only: state, after: after, in: transaction)
        values["parts"] = parts
        values["noMembers"] = parts.isEmpty
        if own?.moderates == true { values["invite"] = ["id": actor.id.description, "seal": shell.seal] }
        if let host = actor.host, !parts.isEmpty {
            values["elsewhere"] =
                "The group lives at \(host): of its members this office knows its own and those who moderate."
        }
    }

    func addAbout(to values: inout [String: Any], in transaction: Transaction) throws {
        values["showsAbout"] = true
        if !actor.summary.isEmpty { values["note"] = actor.summary }
        if !group.rules.isEmpty { values["rules"] = group.rules }
        values["postingWord"] = group.posting == .moderators ? "Moderators" : "Members"
        if let rule = group.rule {
            let words = [rule.department, rule.office].filter { !$0.isEmpty }.joined(separator: ", ")
            values["ruleWord"] = "Everyone in \(words)"
        }
        guard let own, own.state == .member else { return }
        values["levels"] = [
            "choices": GroupViews.levels(
                chosen: try transaction.notificationLevel(of: own.person, in: actor.id))
        ]
        let lines = try views.records(actor.id, in: transaction)
        if !lines.isEmpty { values["records"] = ["lines": lines] }
        if own.role == .owner {
            values["form"] = views.form(
                actor, group, action: "\(views.path(actor))/settings", label: "Save")
            values["move"] = try views.move(actor, own, in: transaction)
        }
    }
}
