import Domain
import FoundationEssentials
import Signatures
import Social
import Storage
import Surface

/// What surrounds every page of someone who is signed in (UI.md §2).
struct Shell {
    let desk: Desk
    let session: Session

    var seal: String { FormSeal.word(for: session) }

    /// `here`: the path of the entry that is marked as current. `back`: where forms lead back to.
    func values(
        title: String, here: String, back: String, person: ActorID, in transaction: Transaction
    ) throws -> [String: Any] {
        guard let actor = try transaction.actor(person) else {
            throw Refusal.notAuthenticated(because: "Please sign in")
        }
        let unread = try transaction.countUnread(of: person)
        let people = PersonView(desk: desk)
        var values: [String: Any] = [
            "isSignedIn": true, "pageTitle": title, "nodeName": desk.nodeName, "seal": seal,
            // Another on every page: a form that is sent twice is known by it.
            "once": RandomBytes.word(),
            "me": people.values(actor),
            "nav": entries(actor, unread: unread, here: here, notices: "Notifications")
                + Self.places.map { path, label, icon in
                    ["path": path, "label": label, "icon": icon, "isHere": here == path]
                },
            // A small screen has room for six; groups are among the feeds there.
            "bottom": entries(actor, unread: 0, here: here, notices: "Notices").filter {
                $0["path"] as? String != "/groups"
            },
            "search": "",
        ]
        if here != "/guidelines", try transaction.mustAccept(person) { values["mustAccept"] = true }
        values.merge(try connection(in: transaction)) { $1 }
        values["milestones"] = try MilestoneRoutes.today(desk, for: actor.id, in: transaction)
        let strangers = try suggestions(for: person, in: transaction)
        if !strangers.isEmpty {
            values["suggestions"] = [
                "people": strangers.map {
                    people.values($0, relation: Relation(target: $0.id), seal: seal, back: back)
                }
            ]
        }
        return values
    }

    /// Where each kind of post is found together.
    private static let places = [
        ("/announcements", "Announcements", "news"), ("/thanks", "Thanks", "like"),
        ("/questions", "Questions", "comment"), ("/events", "Events", "event"),
        ("/knowledge", "Knowledge", "bookmark"), ("/lists", "Lists", "people"),
    ]

    private func entries(_ actor: Actor, unread: Int, here: String, notices: String) -> [[String: Any]] {
        [
            ("/", "Home", "home"), ("/groups", "Groups", "groups"), ("/people", "People", "people"),
            ("/notifications", notices, "bell"),
            ("/saved", "Saved", "save"), ("/@\(actor.name)", "Profile", "person"),
            ("/settings", "Settings", "settings"),
        ].map { path, label, icon in
            var entry: [String: Any] = ["path": path, "label": label, "icon": icon, "isHere": path == here]
            if path == "/notifications", unread > 0 { entry["count"] = unread }
            return entry
        }
    }

    /// What small screens reach from home.
    private func connection(in transaction: Transaction) throws -> [String: Any] {
        let members = try transaction.members().filter { $0.state == .admitted }.count
        let seen = try transaction.nodeState("directory seen").flatMap {
            Double(String(decoding: $0, as: UTF8.self))
        }
        guard let seen else { return ["connection": "This office stands alone", "isConnected": true] }
        let age = Int(desk.needs.now().timeIntervalSince1970 - seen)
        guard age > 120 else {
            return ["connection": "Connected to \(members) other offices", "isConnected": true]
        }
        return ["connection": "Directory not heard of for \(age / 60) min", "isConnected": false]
    }

    /// A few colleagues whom the person does not follow yet: those of other offices first.
    private func suggestions(for person: ActorID, in transaction: Transaction) throws -> [Actor] {
        try transaction.colleagues(ColleagueQuery(), limit: 30).filter { actor in
            try actor.id != person && transaction.follow(person, actor.id) == nil
        }.sorted { ($0.isLocal ? 1 : 0) < ($1.isLocal ? 1 : 0) }.prefix(3).map { $0 }
    }
}
