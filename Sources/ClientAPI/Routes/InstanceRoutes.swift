import Domain
import FoundationEssentials
import Hummingbird
import JSON
import Social
import Storage
import Surface
import Synchronization

/// What clients ask before anyone signs in, and small lists that are empty here.
struct InstanceRoutes {
    let desk: Desk
    private let counts = InstanceCounts()

    init(desk: Desk) { self.desk = desk }

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/instance") { Response(json: try await instance($0, $1).v1) }
        router.get("api/v2/instance") { Response(json: try await instance($0, $1).v2) }
        for path in [
            "api/v1/custom_emojis", "api/v1/trends/tags",
            "api/v1/trends/statuses", "api/v1/trends/links", "api/v1/instance/translation_languages",
        ] {
            router.get(RouterPath(path)) { _, _ in Response(json: []) }
        }
        for path in [
            "api/v1/filters", "api/v2/filters",
            "api/v1/conversations",
            "api/v1/endorsements", "api/v1/featured_tags", "api/v1/domain_blocks",
        ] {
            router.get(RouterPath(path)) { _, context in
                _ = try context.person("read")
                return Response(json: [])
            }
        }
        router.get("api/v1/instance/peers") { _, context in
            _ = try context.person("read")
            let members = try await desk.needs.store.read { try $0.members() }
            return Response(
                json: .array(members.filter { $0.state == .admitted }.map { .string($0.authority) }))
        }
        router.get("api/v1/preferences") { _, context in
            let person = try context.person("read:accounts")
            let login = try await desk.needs.store.read { try $0.login(of: person) }
            return Response(json: [
                "posting:default:visibility": .string(
                    Visibility.word(login?.defaultAudience ?? .organisation, policy: desk.needs.policy)),
                "posting:default:quote_policy": .string(
                    QuoteEntities.word(login?.quotePolicy ?? .everyone)),
                "posting:default:sensitive": false, "posting:default:language": nil,
                "reading:expand:media": "default", "reading:expand:spoilers": false,
                "reading:autoplay:gifs": false,
            ])
        }
    }

    private func instance(_ request: Request, _ context: HallwayContext) async throws -> InstanceEntity {
        let (people, posts) = try await counts.read(desk.needs)
        var entity = InstanceEntity(desk: desk, people: people, posts: posts)
        entity.guideline = try await GuidelineRoutes(desk: desk).shown(to: context)
        return entity
    }
}

/// How much there is on the node. Counting looks at every row, so it is done once a minute.
private final class InstanceCounts: Sendable {
    private static let memory: Double = 60
    private let known = Mutex<(people: Int, posts: Int, until: Date)?>(nil)

    func read(_ needs: Needs) async throws -> (people: Int, posts: Int) {
        let now = needs.now()
        if let known = known.withLock({ $0 }), known.until.holds(at: now, atMost: Self.memory) {
            return (known.people, known.posts)
        }
        let (people, posts) = try await needs.store.read { transaction in
            (try transaction.countActors(localOnly: true), try transaction.countPosts(localOnly: true))
        }
        known.withLock { $0 = (people, posts, now + Self.memory) }
        return (people, posts)
    }
}
