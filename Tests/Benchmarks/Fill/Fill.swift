import Domain
import Foundation
import Storage
import Synchronization

/// Fills the database of a node that is not running, so that reads can be measured at size.
///
///     hallway-fill DATABASE READER [--posts N] [--people N] [--colleagues N]
///
/// `READER` follows two hundred authors of another node, by whom the posts are. `--people` are of this node,
/// `--colleagues` of the organisation's other nodes, with titles, departments, offices and skills.
@main
struct Fill {
    static let authors = 200
    static let batch = 2000

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else {
            print("hallway-fill DATABASE READER [--posts N] [--people N] [--colleagues N]")
            exit(2)
        }
        let filling = Filling(store: try SQLiteStore(path: arguments[1]), reader: arguments[2])
        try await filling.posts(number("--posts", arguments))
        try await filling.people(number("--people", arguments), host: nil)
        try await filling.people(number("--colleagues", arguments), host: "colleagues.example")
        try filling.store.close()
    }

    private static func number(_ name: String, _ arguments: [String]) -> Int {
        guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return 0 }
        return Int(arguments[index + 1]) ?? 0
    }
}

private struct Filling {
    let store: SQLiteStore
    let reader: String

    /// Posts of an hour apart for each author, the newest just now, all in the reader's home timeline.
    func posts(_ count: Int) async throws {
        guard count > 0 else { return }
        let clock = Clock(before: Double(count) / 1000)
        let ids = IDSource(now: { clock.next() })
        let host = "authors.example"
        let authors = try await store.write { transaction -> [ActorID] in
            guard let reader = try transaction.localActor(named: reader) else {
                throw StorageError.other("no such reader")
            }
            return try (0..<Fill.authors).map { number in
                let actor = try Self.actor(number, host: host, ids: ids)
                if let known = try transaction.actorID(actor.uri) { return known }
                try transaction.save(actor)
                try transaction.save(
                    Follow(
                        follower: reader.id, followee: actor.id, state: .accepted,
                        uri: try Self.uri("https://here.example/follows/\(number)"), createdAt: Date()))
                return actor.id
            }
        }
        for start in stride(from: 0, to: count, by: Fill.batch) {
            try await store.write { transaction in
                guard let reader = try transaction.localActor(named: reader) else { return }
                for number in start..<min(start + Fill.batch, count) {
                    let id: PostID = ids.next()
                    let post = Post(
                        id: id, uri: try Self.uri("https://\(host)/posts/\(id)"),
                        author: authors[number % authors.count],
                        body: .note,
                        content:
                            "<p>Note \(number): the minutes of the regional meeting are on the shared drive, please read "
                            + "them before Thursday and send your remarks to the secretary.</p>",
                        audience: .organisation, createdAt: IDSource.date(of: id))
                    try transaction.insert(post, recipients: [], isLocal: false)
                    try transaction.insertHome(id, shown: id, person: reader.id)
                }
            }
        }
    }

    func people(_ count: Int, host: String?) async throws {
        let clock = Clock(before: 86400)
        let ids = IDSource(now: { clock.next() })
        for start in stride(from: 0, to: count, by: Fill.batch) {
            try await store.write { transaction in
                for number in start..<min(start + Fill.batch, count) {
                    try transaction.save(try Self.actor(number, host: host, ids: ids))
                }
            }
        }
    }

    private static let first = [
        "Ada", "Boris", "Carmen", "Chidi", "Divya", "Elif", "Farid", "Grace", "Hana", "Igor",
    ]
    private static let last = [
        "Lovelace", "Ivanov", "Quispe", "Okafor", "Rao", "Kaya", "Nasser", "Hopper", "Sato",
    ]
    private static let departments = [
        "Research", "Product", "People", "Sales", "Finance", "Operations", "Legal",
    ]
    private static let skills = [
        "typography", "databases", "networks", "ethics", "mediation", "statistics", "law",
    ]

    private static func actor(_ number: Int, host: String?, ids: IDSource) throws -> Actor {
        let uri = try uri("https://\(host ?? "here.example")/actors/filled-\(number)")
        var actor = Actor(
            id: ids.next(), uri: uri, kind: .person, name: "person\(number)", host: host,
            displayName: "\(first[number % first.count]) \(last[number / 7 % last.count]) \(number)",
            endpoints: Actor.Endpoints(
                inbox: uri.sibling("/actors/filled-\(number)/inbox"), sharedInbox: uri.sibling("/inbox"),
                outbox: nil, followers: nil, following: nil, featured: nil),
            createdAt: Date())
        actor.work.title = number % 3 == 0 ? "Engineer" : "Analyst"
        actor.work.department = departments[number % departments.count]
        actor.work.office = "Office \(number % 40)"
        actor.work.skills = [skills[number % skills.count], skills[number / 7 % skills.count]]
        return actor
    }

    private static func uri(_ text: String) throws -> ObjectURI {
        guard let uri = ObjectURI(text) else { throw StorageError.other(text) }
        return uri
    }
}

/// A clock that moves a millisecond at every look, up to the present.
private final class Clock: Sendable {
    private let at: Mutex<Date>

    init(before seconds: Double) { at = Mutex(Date() - seconds - 1) }

    func next() -> Date {
        at.withLock { at in
            at += 0.001
            return at
        }
    }
}
