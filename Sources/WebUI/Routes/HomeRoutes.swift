import Domain
import Foundation
import Hummingbird
import Social
import Storage
import Surface

/// The feeds: those one follows, everyone, this office, what one kept, a hashtag.
struct HomeRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("/") { request, context in
            try await feed(
                .home, "/", "Home", ("Welcome", "Follow colleagues, and what they write appears here."),
                request, context)
        }
        router.get("everyone") { request, context in
            try await feed(
                .everyone(from: .anywhere), "/everyone", "Everyone",
                ("Nothing yet", "Be the first to write something for everyone."), request, context)
        }
        router.get("office") { request, context in
            try await feed(
                .everyone(from: .here), "/office", pages.desk.nodeName,
                ("Nothing yet", "Be the first of this office to write something."), request, context)
        }
        router.get("saved") { request, context in
            try await feed(
                .bookmarked, "/saved", "Saved",
                ("Nothing saved", "Press Save on a post to find it here again."),
                request, context)
        }
        router.get("tags/:tag") { request, context in
            let tag = (context.parameters.get("tag")?.removingPercentEncoding ?? "").lowercased()
            return try await feed(
                .hashtag(tag, isLocal: false), "/tags/\(tag)", "#\(tag)",
                ("Nothing with #\(tag)", "Or nothing that is for you."),
                request, context, tag: tag)
        }
        let verb = pages.desk.followTag
        for word in ["follow", "unfollow"] {
            router.post("tags/:tag/\(word)") { request, context in
                let (person, _) = try await pages.form(request, context)
                let tag = context.parameters.get("tag")?.removingPercentEncoding ?? ""
                _ =
                    word == "follow"
                    ? try await verb.follow(tag, by: person) : try await verb.unfollow(tag, by: person)
                return Response.redirect(to: "/tags/\(tag.percentEncoded)", type: .normal)
            }
        }
    }

    private func feed(
        _ timeline: Timeline, _ path: String, _ title: String, _ empty: (String, String), _ request: Request,
        _ context: HallwayContext, tag: String? = nil
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk.reading(request)
        let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
        let page = Page(before: before, limit: Self.size)
        let away = path == "/" && before == nil ? try await desk.noteAway.note(person) : nil
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let posts = try transaction.timeline(timeline, for: .person(person), page)
            let here = ["/", "/everyone", "/office"].contains(path) ? "/" : path
            var values = try shell.values(
                title: title, here: here, back: path, person: person, in: transaction)
            values["tabs"] = [
                ("/", "Following"), ("/everyone", "Everyone"), ("/office", desk.nodeName),
                ("/groups", "Groups"),
            ].map {
                ["path": $0, "label": $1, "isHere": $0 == path] as [String: Any]
            }
            if let away, away.isNotable, let since = away.since {
                values["away"] = Moments.clock(since)
            }
            let views = PostViews(desk: desk, seal: shell.seal, back: path)
            // What must be read stands on top, and nowhere else on the page.
            let urgent = path == "/" ? try transaction.mustRead(by: person, limit: 3) : []
            if before == nil {
                values["mustRead"] = try views.values(transaction.posts(urgent), for: person, in: transaction)
            }
            values["posts"] = try views.values(
                posts.filter { !urgent.contains($0.id) }, for: person, in: transaction)
            if before == nil, here == "/" {
                values["composer"] = try ComposerView(desk: desk, seal: shell.seal, back: path)
                    .values(for: person, in: transaction)
            }
            if let tag {
                let follows = try !transaction.followedTags(of: person, among: [tag]).isEmpty
                values["tagForm"] = [
                    "tag": tag, "path": "/tags/\(tag.percentEncoded)/\(follows ? "unfollow" : "follow")",
                    "label": follows ? "Following" : "Follow", "isOn": follows,
                ]
            }
            if posts.isEmpty {
                values["isEmpty"] = true
                (values["emptyTitle"], values["emptyText"]) = empty
            }
            if posts.count == Self.size, let last = posts.last {
                values["older"] = "\(path)?before=\(last.id)"
            }
            return pages.templates.render("home", values)
        }
        return Response(html: html)
    }
}
