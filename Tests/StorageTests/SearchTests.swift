import Domain
import Foundation
import Storage
import Support
import Testing

@Suite("Search")
struct SearchTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("people are found by beginnings of words, whatever the accents", arguments: Engine.atHand)
    func people(engine: Engine) async throws {
        let store = try await store(engine)
        for (text, names) in [
            ("zoe", ["zoe"]), ("Zoë", ["zoe"]), ("ZO", ["zoe"]), ("muller", ["zoe"]), ("Mül", ["zoe"]),
            ("muller research", ["zoe"]), ("muller sales", []), ("o'brien", ["sean"]),
            ("brien seán", ["sean"]),
            ("владимир", ["vladimir"]), ("ВЛАД", ["vladimir"]), ("oe", []), ("", []), ("\"*) OR (", []),
            ("⑴ ŉ ½", []),
            // A letter that is put before others: to Swift, one character with the quote after it.
            ("\u{0d4e}\" OR oslo", []), ("oslo", ["sean", "zoe"]), ("c++", ["sean", "zoe"]),
        ] {
            let found = try await store.read { try $0.searchActors(text).map(\.name).sorted() }
            #expect(found == names, "\(text)")
            var query = ColleagueQuery()
            query.text = text
            guard !query.isEmpty else { continue }
            let colleagues = try await store.read { [query] in try $0.colleagues(query).map(\.name).sorted() }
            #expect(
                colleagues
                    == (text.contains { $0.isLetter || $0.isNumber } ? names : ["sean", "vladimir", "zoe"]))
        }
    }

    @Test("colleagues are filtered by department, office, skill and node", arguments: Engine.atHand)
    func filters(engine: Engine) async throws {
        let store = try await store(engine)
        func names(_ change: (inout ColleagueQuery) -> Void) async throws -> [String] {
            var query = ColleagueQuery()
            change(&query)
            return try await store.read { [query] in try $0.colleagues(query).map(\.name) }
        }
        #expect(try await names { $0.department = "research" } == ["zoe", "vladimir"])
        #expect(try await names { $0.office = "OSLO" } == ["sean", "zoe"])
        #expect(try await names { $0.skill = "rust" } == ["zoe"])
        #expect(try await names { $0.skill = "c" } == ["sean", "zoe"])
        #expect(try await names { $0.skill = "rus" } == [])
        #expect(try await names { $0.node = "" } == ["sean", "zoe", "vladimir"])
        #expect(try await names { $0.node = Cast.lima } == [])
        let facets = try await store.read { try $0.facets() }
        #expect(facets.departments.map(\.0) == ["Research", "Sales"])
        #expect(facets.departments.map(\.1) == [2, 1])
        let first = try await store.read { try $0.colleagues(ColleagueQuery(), limit: 1) }
        let rest = try await store.read { try $0.colleagues(ColleagueQuery(), after: first.first) }
        #expect((first + rest).map(\.name) == ["sean", "zoe", "vladimir"])
    }

    @Test("posts are found by all their words, the newest first", arguments: Engine.atHand)
    func posts(engine: Engine) async throws {
        let store = try await store(engine)
        try await insert(1, "<p>The café opens at <b>nine</b></p>", store)
        try await insert(2, "<p>Café, again! See https://coffee.example/menu_2024.html</p>", store)
        try await insert(3, "<p>naïve re-opening: ½ price</p>", store)
        for (text, ids) in [
            ("cafe", [2, 1]), ("CAFÉ", [2, 1]), ("caf nine", [1]), ("open", [3, 1]), ("naive", [3]),
            ("coffee.example", [2]), ("example", [2]), ("menu", [2]), ("2024", [2]), ("html", [2]), ("b", []),
            ("nine again", []),
        ] as [(String, [Int64])] {
            let found = try await store.read {
                try $0.searchPosts(SearchQuery(text), for: .nobody).map(\.id.raw)
            }
            #expect(found == ids, "\(text)")
        }
        try await store.write { try $0.removeForTest(PostID(2), at: date) }
        let left = try await store.read {
            try $0.searchPosts(SearchQuery("cafe"), for: .nobody).map(\.id.raw)
        }
        #expect(left == [1])
        let second = try await store.read {
            try $0.searchPosts(SearchQuery("open"), for: .nobody, Page(limit: 1), offset: 1)
        }
        #expect(second.map(\.id.raw) == [1])
    }

    @Test(
        "operators narrow what is found, and one that is not understood finds nothing",
        arguments: Engine.atHand)
    func operators(engine: Engine) async throws {
        let store = try await store(engine)
        let link = #"<a href="https://x.example" rel="nofollow noopener noreferrer" target="_blank">x</a>"#
        let tag =
            ##"<a href="https://x.example/tags/a" class="mention hashtag" rel="tag">#<span>a</span></a>"##
        try await insert(1, "<p>menu</p>", store)
        try await insert(2, "<p>menu \(link)</p>", store) { $0.author = ActorID(2) }
        try await insert(3, "<p>menu \(tag)</p>", store) { post in
            post.body = .article(title: "Menus")
            post.createdAt = date + 86400
            post.summary = "Long"
        }
        try await insert(4, "<p>menu</p>", store) { post in
            post.reply = Post.Reply(uri: post.uri, post: PostID(1))
            post.attachments = [Attachment(url: "https://x.example/a.png", mediaType: "image/png", name: "")]
            post.createdAt = date + 2 * 86400
        }
        try await insert(5, "<p>menu</p>", store) { post in
            post.author = ActorID(2)
            post.audience = .direct
        }
        for (text, ids) in [
            ("menu", [4, 3, 2, 1]), ("menu from:me", [4, 3, 1]), ("from:sean", [2]),
            ("from:@zoe", [4, 3, 1]),
            ("from:zoe@\(Cast.oslo)", [4, 3, 1]), ("from:nobody", []), ("type:article", [3]),
            ("type:reply", [4]),
            ("type:post", [2, 1]), ("type:post type:article menu", [3, 2, 1]), ("has:link", [2]),
            ("has:image", [4]),
            ("has:video", []), ("has:file menu", [4]), ("has:warning", [3]), ("before:2027-01-16", [2, 1]),
            ("on:2027-01-16", [3]), ("after:2027-01-16", [4]), ("menu before:2027-01-17 from:me", [3, 1]),
            ("type:secret", []), ("menu before:soon", []), ("before:2027-01-16T10:00", []),
            ("after:2026-02-30", []), ("menu from:Me", [4, 3, 1]), ("", []), ("in:team", []),
            ("12:30 menu", []),
        ] as [(String, [Int64])] {
            let query = SearchQuery(text)
            let (found, count) = try await store.read { transaction in
                (
                    try transaction.searchPosts(query, for: .person(ActorID(1))).map(\.id.raw),
                    try transaction.countPosts(query, for: .person(ActorID(1)))
                )
            }
            #expect(found == ids, "\(text)")
            #expect(count == Found(count: ids.count, isExact: true), "\(text)")
        }
        let found = try await store.read {
            try $0.countPosts(SearchQuery("menu"), for: .person(ActorID(1)), limit: 3)
        }
        #expect(found == Found(count: 3, isExact: false))
        #expect(
            SearchQuery("on:2026-11-24", zone: 3600).since
                == SearchQuery("on:2026-11-24").since.map { $0 - 3600 })
    }

    @Test("each kind is found as such, and by the words it carries", arguments: Engine.atHand)
    func kinds(engine: Engine) async throws {
        let store = try await store(engine)
        let bodies: [(SearchQuery.Kind, PostBody, String)] = [
            (.poll, .poll(Poll(options: [Poll.Option("Kayak"), Poll.Option("Sauna")])), "sauna"),
            (
                .survey,
                .survey(Survey(questions: [Survey.Item("How loud is it?", .scale)], closesAt: date + 60)),
                "loud"
            ),
            (.thanks, .recognition(Recognition(recipients: [ActorID(2)], value: "Craft")), "posted"),
            (.question, .question(Question(title: "Where is the stapler?")), "stapler"),
            (.announcement, .announcement(Announcement(title: "New canteen")), "canteen"),
            (
                .event, .gathering(Gathering(title: "Summer party", startsAt: date, place: "Frogner")),
                "frogner"
            ),
        ]
        for (offset, (_, body, _)) in bodies.enumerated() {
            try await insert(Int64(offset + 1), "<p>posted</p>", store) { $0.body = body }
        }
        for (offset, (kind, _, word)) in bodies.enumerated() {
            for text in [
                "type:\(kind.rawValue)", "\(word) type:\(kind.rawValue)", "posted type:\(kind.rawValue)",
            ] {
                let found = try await store.read { transaction in
                    try transaction.searchPosts(SearchQuery(text), for: .person(ActorID(1))).map(\.id.raw)
                }
                #expect(found == [Int64(offset + 1)], "\(text)")
            }
        }
    }

    @Test("a group is named by its name, this node's first, or by its handle", arguments: Engine.atHand)
    func groups(engine: Engine) async throws {
        let store = try await store(engine)
        let groups: [(Int64, String, String, Actor.Kind)] = [
            (11, "team", Cast.oslo, .group), (12, "team", Cast.lima, .group),
            (13, "climbing", Cast.lima, .group),
            (14, "climbing", Cast.oslo, .person),
        ]
        for (id, name, authority, kind) in groups {
            let uri = try theURI("https://\(authority)/actors/\(id)")
            let actor = Actor(
                id: ActorID(id), uri: uri, kind: kind, name: name,
                host: authority == Cast.oslo ? nil : authority,
                displayName: name, endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: date)
            try await store.write { try $0.save(actor) }
            try await insert(id, "<p>menu</p>", store) { $0.group = ActorID(id) }
        }
        for (text, ids) in [
            ("menu in:team", [11]), ("in:@TEAM", [11]), ("in:team@\(Cast.lima)", [12]), ("in:climbing", [13]),
            ("in:team@\(Cast.oslo)", [11]), ("in:nowhere", []), ("in:climbing@\(Cast.oslo)", []),
            ("menu", [14, 13, 12, 11]),
        ] as [(String, [Int64])] {
            let found = try await store.read { transaction in
                try transaction.searchPosts(SearchQuery(text), for: .person(ActorID(1))).map(\.id.raw)
            }
            #expect(found == ids, "\(text)")
        }
    }

    @Test("hashtags are found by their beginning, the most used first", arguments: Engine.atHand)
    func hashtags(engine: Engine) async throws {
        let store = try await store(engine)
        try await insert(1, "x", store, tags: ["swift", "swiftly"])
        try await insert(2, "x", store, tags: ["swiftly", "swim", "sw"])
        let found = try await store.read { try $0.searchHashtags("swi", for: .nobody) }
        #expect(found == ["swiftly", "swift", "swim"])
    }

    private func store(_ engine: Engine) async throws -> TestStore {
        let store = try TestStore(engine)
        try await store.write { transaction in
            for (id, name, display, department, office, skills) in [
                (1, "zoe", "Zoë Müller", "Research", "Oslo", ["C", "Rust"]),
                (2, "sean", "Seán O'Brien", "Sales", "Oslo", ["C++", "C"]),
                (3, "vladimir", "Владимир", "Research", "Lima", []),
            ] as [(Int64, String, String, String, String, [String])] {
                let uri = try theURI("https://\(Cast.oslo)/actors/\(id)")
                var actor = Actor(
                    id: ActorID(id), uri: uri, kind: .person, name: name, host: nil, displayName: display,
                    endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: date)
                actor.work.department = department
                actor.work.office = office
                actor.work.skills = skills
                try transaction.save(actor)
            }
        }
        return store
    }

    private func insert(
        _ id: Int64, _ content: String, _ store: TestStore, tags: [String] = [],
        change: (inout Post) -> Void = { _ in }
    ) async throws {
        var post = Post(
            id: PostID(id), uri: try theURI("https://\(Cast.oslo)/posts/\(id)"), author: ActorID(1),
            body: .note,
            content: content, audience: .anyone, createdAt: date)
        post.tags = tags
        change(&post)
        try await store.write { [post] in try $0.insert(post, recipients: [], isLocal: true) }
    }
}

extension Transaction {
    fileprivate func removeForTest(_ id: PostID, at date: Date) throws {
        guard let post = try post(id) else { throw NoSuchPost() }
        try bury(post, at: date)
    }
}

private struct NoSuchPost: Error {}
