import Domain
import Federation
import Foundation
import Social
@testable import Storage
import Support

/// Something that only some may read, known by a word that stands nowhere else: in its text, its hashtag, its title.
struct Secret: Sendable {
    let word: String
    /// The names of those who may.
    let readers: Set<String>
    var uri: ObjectURI?
    var draft: DraftID?
    var group: ObjectURI?
    var list: PeopleListID?
}

/// Three offices, somebody for every way of standing to Ada, and a private thing of every kind.
final class PrivacyStage: Sendable {
    /// How each stands to Ada in Oslo, who wrote most of it.
    static let relations = [
        "ada": "the author", "boris": "an addressed person and member", "fiona": "a follower",
        "colin": "a colleague of the same office", "blaise": "a blocked person, addressed before",
        "bea": "someone banned from the groups", "lars": "a former member", "gus": "someone who has left",
        "carmen": "an addressed person and member elsewhere", "felix": "a follower elsewhere",
        "cesar": "a colleague of another office", "chidi": "a colleague whose office was told nothing",
    ]
    private static let homes = [
        Cast.oslo: ["ada", "boris", "fiona", "colin", "blaise", "bea", "lars", "gus"],
        Cast.lima: ["carmen", "felix", "cesar"], Cast.pune: ["chidi"],
    ]
    static let never = "zqnever"
    private static let office: Set = ["ada", "boris", "fiona", "colin", "bea", "lars"]
    private static let circle: Set = ["ada", "boris", "carmen"]
    private static let followers: Set = ["ada", "fiona", "felix"]

    let clock = TestClock()
    let network = FakeNetwork()
    let nodes: [TestNode]
    let people: [String: Actor]
    let stranger: Stranger
    let secretGroup: Actor
    let closedGroup: Actor

    init() async throws {
        var nodes: [TestNode] = []
        var people: [String: Actor] = [:]
        for authority in [Cast.oslo, Cast.lima, Cast.pune] {
            let node = try await TestNode(authority, network: network, clock: clock)
            nodes.append(node)
            for name in Self.homes[authority] ?? [] { people[name] = try await Cast.welcome(name, to: node) }
        }
        self.nodes = nodes
        self.people = people
        stranger = try Stranger("https://far.example/mallory", on: network, clock: clock)
        let runGroup = RunGroup(people: nodes[0].people)
        let ada = people["ada"]?.id ?? ActorID(0)
        var wish = RunGroup.Wish()
        (wish.kind, wish.displayName, wish.rules) = (.secret, "Merger zqgroup", "zqgroup alone")
        secretGroup = try await runGroup.found("cellar", wish, by: ada)
        (wish.kind, wish.displayName, wish.rules) = (.closed, "Readers", "Be kind")
        closedGroup = try await runGroup.found("readers", wish, by: ada)
        try await meet()
    }

    var oslo: TestNode { nodes[0] }

    func node(of name: String) -> TestNode {
        nodes.first { (Self.homes[$0.authority] ?? []).contains(name) } ?? nodes[0]
    }

    func names(on node: TestNode) -> [String] { Self.homes[node.authority] ?? [] }

    func id(_ name: String) -> ActorID { people[name]?.id ?? ActorID(0) }

    func settleAll() async throws { try await settle(nodes) }

    /// Offices know each other; followers follow; members join.
    private func meet() async throws {
        for node in nodes {
            for other in nodes where other.authority != node.authority {
                let member = Member(
                    authority: other.authority, name: other.authority,
                    application: other.needs.addresses.node, entity: "organisation", key: "", ranges: [],
                    expiresAt: clock.now + 86400, state: .admitted, document: [])
                try await node.store.write { try $0.save(member) }
            }
        }
        var work = WorkProfile()
        work.department = "Vault"
        for name in ["ada", "boris", "gus"] {
            var changes = People.Changes()
            changes.work = work
            _ = try await oslo.people.change(id(name), changes)
        }
        try await oslo.people.permitAnnouncements(true, to: id("ada"))
        for name in ["fiona", "blaise", "gus", "felix"] {
            let node = node(of: name)
            let ada = try await known(try theURI("https://\(Cast.oslo)/actors/\(id("ada"))"), on: node)
            _ = try await FollowActor(needs: node.needs).follow(ada, by: id(name))
        }
        for group in [secretGroup, closedGroup] {
            for name in ["boris", "bea", "lars", "gus", "carmen"] {
                let roster = GroupRoster(needs: oslo.needs)
                try await roster.decide(
                    .invite, about: try await inOslo(name), in: group.id, by: id("ada"))
                try await settleAll()
                let node = node(of: name)
                _ = try await GroupRoster(needs: node.needs).join(
                    try await known(group.uri, on: node), by: id(name))
                try await settleAll()
            }
        }
    }

    private func known(_ uri: ObjectURI, on node: TestNode) async throws -> ActorID {
        if let id = try await node.store.read({ try $0.actorID(uri) }) { return id }
        guard let actor = await node.findActor(uri) else { throw NoSuchThing(uri: uri.string) }
        return actor.id
    }

    private func inOslo(_ name: String) async throws -> ActorID {
        guard let actor = people[name] else { throw NoSuchThing(uri: name) }
        return try await known(actor.uri, on: oslo)
    }

    private func write(
        _ word: String, _ readers: Set<String>, _ audience: Audience?, _ text: String = "",
        _ body: PostBody? = nil, by author: String = "ada", in group: Actor? = nil, answering: PostID? = nil,
        quoting: PostID? = nil
    ) async throws -> (Secret, Post) {
        var draft = Draft(text: "merger \(word) #\(word) \(text)", audience: audience, replyTo: answering)
        (draft.body, draft.group, draft.quote) = (body, group?.id, quoting)
        let post = try await node(of: author).publish.publish(draft, by: id(author))
        return (Secret(word: word, readers: readers, uri: post.uri), post)
    }

    /// A question that everyone of the organisation may read, for ``writeForSome(fans:below:)``.
    func ask() async throws -> PostID {
        let question = PostBody.question(Question(title: "How will the merger go?"))
        let (_, post) = try await write("open", [], .organisation, "", question)
        try await settleAll()
        return post.id
    }

    /// What colleagues at large know nothing of. `fans`: who likes one of them, and keeps it. `open`: what everybody may
    /// read, and is answered for some.
    func writeForSome(
        fans: [String] = ["blaise", "gus", "fiona"], below open: PostID? = nil
    ) async throws -> [Secret] {
        let soon = clock.now + 86400
        let named = "@boris @carmen@\(Cast.lima) @blaise @gus"
        let (boris, question) = (id("boris"), Question(title: "zqquestion how?"))
        var secrets = [
            try await write("zqdirect", Self.circle, .direct, named).0,
            try await write("zqunit", ["ada", "boris"], .unit("Vault")).0,
            try await write(
                "zqpoll", Self.followers, .followers, "",
                .poll(Poll(options: [Poll.Option("zqpoll yes"), Poll.Option("no")], closesAt: soon))
            ).0,
            try await write(
                "zqsurvey", Self.followers, .followers, "",
                .survey(Survey(questions: [Survey.Item("zqsurvey well?", .scale)], closesAt: soon))
            ).0,
            try await write(
                "zqthanks", Self.followers.union(["boris"]), .followers, "",
                .recognition(Recognition(recipients: [boris], value: "Courage"))
            ).0,
            try await write(
                "zqgathering", Self.circle, .direct, named,
                .gathering(Gathering(title: "zqgathering", startsAt: soon, place: "zqgathering hall"))
            ).0,
            try await write("zqsecretpost", Self.circle, nil, in: secretGroup).0,
            try await write("zqclosedpost", Self.circle, nil, in: closedGroup).0,
            Secret(word: "zqgroup", readers: Self.circle, group: secretGroup.uri),
        ]
        let (asked, post) = try await write(
            "zqquestion", Self.followers, .followers, "", .question(question))
        let (answer, _) = try await write(
            "zqanswer", ["ada", "fiona"], .direct, "@ada", by: "fiona", answering: post.id)
        let (followed, first) = try await write("zqfollowers", Self.followers, .followers)
        secrets += [asked, answer, followed] + (try await settled()) + (try await keep())
        if let open {
            secrets += [
                try await write(
                    "zqaside", ["ada", "carmen"], .direct, "@carmen@\(Cast.lima)", answering: open
                ).0,
                try await write("zqapart", Self.circle, nil, in: secretGroup, answering: open).0,
            ]
        }
        secrets.append(
            try await write("zqquoting", Self.followers, .followers, quoting: first.id).0)
        try await like(first, fans)
        try await settleAll()
        clock.advance(60)
        _ = try await oslo.edit.edit(
            first.id, to: Draft(text: "merger zqfollowers zqedited #zqedited"), by: id("ada"))
        secrets.append(Secret(word: "zqedited", readers: Self.followers, uri: first.uri))
        try await settleAll()
        return secrets
    }

    /// A question with an answer that only its asker may read, and that she made an article of her office.
    private func settled() async throws -> [Secret] {
        let (asked, question) = try await write(
            "zqarticle", Self.followers, .followers, "", .question(Question(title: "zqarticle how?")))
        let (answered, answer) = try await write(
            "zqsolution", ["ada", "fiona"], .direct, "@ada", by: "fiona", answering: question.id)
        _ = try await SettleQuestion(needs: oslo.needs).accept(answer.id, of: question.id, by: id("ada"))
        _ = try await KeepKnowledge(needs: oslo.needs).promote(question.id, by: id("ada"))
        return [asked, answered]
    }

    private func keep() async throws -> [Secret] {
        let publish = oslo.publish
        let keep = KeepDraft(needs: oslo.needs, publish: publish)
        var secrets: [Secret] = []
        for (word, dueAt) in [("zqdraft", nil), ("zqscheduled", clock.now + 86400)] {
            let draft = KeptDraft(
                id: oslo.needs.ids.next(), person: id("ada"), text: "merger \(word) #\(word)", dueAt: dueAt,
                createdAt: clock.now)
            _ = try await keep.keep(draft)
            secrets.append(Secret(word: word, readers: ["ada"], draft: draft.id))
        }
        let verb = KeepPeopleList(needs: oslo.needs)
        let list = try await verb.make(
            try KeepPeopleList.Wish(title: "zqlist", replies: nil, isExclusive: nil), by: id("ada"))
        return secrets + [Secret(word: "zqlist", readers: ["ada"], list: list.id)]
    }

    /// Those who will lose their right keep what they have while they have it.
    private func like(_ post: Post, _ fans: [String]) async throws {
        let like = LikePost(needs: oslo.needs)
        for name in fans {
            _ = try await like.like(post.id, by: id(name))
            _ = try await like.bookmark(true, post.id, by: id(name))
        }
    }

    /// What everyone of the office or of the organisation may read, and outsiders may not.
    func writeForMany() async throws -> [Secret] {
        let organisation = Self.office.union(["carmen", "felix", "cesar", "chidi"])
        let (gone, post) = try await write("zqdeleted", [], .organisation)
        let secrets = [
            try await write("zqoffice", Self.office, .node).0,
            try await write("zqorganisation", organisation, .organisation).0,
            try await write(
                "zqannounced", Self.office, .node, "",
                .announcement(
                    Announcement(title: "zqannounced", target: Announcement.Target(unit: "Vault")))
            ).0,
        ]
        try await settleAll()
        _ = try await Withdraw(needs: oslo.needs).withdraw(post.id, by: id("ada"))
        try await settleAll()
        return secrets + [gone]
    }

    /// Some lose the right that they had.
    func part() async throws {
        _ = try await BlockActor(needs: oslo.needs).block(id("blaise"), by: id("ada"))
        for group in [secretGroup, closedGroup] {
            let roster = GroupRoster(needs: oslo.needs)
            try await roster.decide(.ban, about: id("bea"), in: group.id, by: id("ada"))
            try await roster.leave(group.id, by: id("lars"))
        }
        try await oslo.people.dismiss(id("gus"), as: .left)
        try await settleAll()
    }
}

/// Something that a stage needs is not there.
struct NoSuchThing: Error {
    let uri: String
}
