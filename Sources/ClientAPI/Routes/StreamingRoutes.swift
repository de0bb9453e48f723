import Domain
import Hummingbird
import HTTPTypes
import JSON
import Logging
import ServiceLifecycle
import Social
import Storage
import Surface

/// Server-sent events, as Mastodon streams them.
struct StreamingRoutes {
    let desk: Desk
    let logger: Logger
    /// How often a stream makes sure that its token still holds (N99).
    private static let beat = Duration.seconds(4)

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/streaming/health") { _, _ in Response(text: "OK") }
        stream("user", router) { person, _ in .person(person) }
        stream("user/notification", router) { person, _ in .person(person) }
        stream("public", router) { _, _ in .everyone }
        stream("public/local", router) { _, _ in .everyoneHere }
        stream("hashtag", router) { _, request in
            .hashtag((request.uri.queryParameters["tag"].map(String.init) ?? "").lowercased())
        }
        router.get("api/v1/streaming") { request, context in
            let person = try context.person("read:statuses")
            switch request.uri.queryParameters["stream"] {
            case "user":
                _ = try context.person("read:notifications")
                return answer(.person(person), person, request, context)
            case "public": return answer(.everyone, person, request, context)
            case "public:local": return answer(.everyoneHere, person, request, context)
            case "list": return try await list(person, request, context)
            default: throw Refusal.malformed(because: "Unknown channel requested")
            }
        }
        router.get("api/v1/streaming/list") { request, context in
            try await list(try context.person("read:statuses"), request, context)
        }
    }

    /// Only one's own lists are told of.
    private func list(_ person: ActorID, _ request: Request, _ context: HallwayContext) async throws
        -> Response
    {
        let id = request.uri.queryParameters["list"].flatMap { PeopleListID(decimal: String($0)) }
        guard let id else { throw Refusal.notFound("Record") }
        _ = try await desk.needs.store.read { try $0.ownList(id, of: person) }
        return answer(.list(id), person, request, context)
    }

    private func stream(
        _ name: String, _ router: Router<HallwayContext>,
        _ channel: @escaping @Sendable (ActorID, Request) -> StreamHub.Channel
    ) {
        router.get("api/v1/streaming/\(name)") { request, context in
            let person = try context.person(
                name == "user/notification" ? "read:notifications" : "read:statuses")
            if name == "user" { _ = try context.person("read:notifications") }
            return answer(channel(person, request), person, request, context)
        }
    }

    private func answer(
        _ channel: StreamHub.Channel, _ person: ActorID, _ request: Request, _ context: HallwayContext
    ) -> Response {
        // Listening begins before the answer does, so that nothing falls between.
        let news = desk.hub.listen(to: channel)
        let hash = context.session?.hash ?? []
        let onlyNotifications = request.uri.path.hasSuffix("/notification")
        let line = StreamLine(channel: context.channel)
        var response = Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    try await line.write(":)\n", into: &writer)
                    try await pump(
                        news, person: person, hash: hash, onlyNotifications: onlyNotifications, into: &writer,
                        over: line)
                }
                try await line.finish(&writer)
            })
        response.headers.set("X-Accel-Buffering", to: "no")
        return response
    }

    @concurrent
    private func pump(
        _ news: AsyncStream<StreamHub.News>, person: ActorID, hash: [UInt8], onlyNotifications: Bool,
        into writer: inout any ResponseBodyWriter, over line: StreamLine
    ) async throws {
        let feed = StreamFeed()
        let listening = Task { await feed.follow(news) }
        let beating = Task { try await feed.beat(every: Self.beat) }
        defer {
            listening.cancel()
            beating.cancel()
        }
        // The server waits for every answer before it stops, and a stream's would last as long as it is read.
        try await withGracefulShutdownHandler {
            for await item in feed.items {
                switch item {
                case .beat(let number):
                    guard try await desk.needs.store.read({ try $0.token(hash: hash) }) != nil else { return }
                    if number % 4 == 0 { try await line.write(":thump\n", into: &writer) }
                case .news(.over): return
                case .news(let item):
                    if onlyNotifications {
                        guard case .notification = item else { continue }
                    }
                    if let text = try await event(item, for: person) {
                        try await line.write(text, into: &writer)
                    }
                }
            }
        } onGracefulShutdown: {
            feed.finish()
        }
    }

    /// The lines of an event, as this person may see it.
    private func event(_ news: StreamHub.News, for person: ActorID) async throws -> String? {
        switch news {
        case .post(let id): try await status(id, for: person).map { "event: update\ndata: \($0)\n\n" }
        case .edited(let id):
            try await status(id, for: person).map { "event: status.update\ndata: \($0)\n\n" }
        case .deleted(let id): try await sawBefore(id, person) ? "event: delete\ndata: \(id)\n\n" : nil
        case .withdrawn(let id): "event: delete\ndata: \(id)\n\n"
        case .notification(let id):
            try await desk.needs.store.read { [desk] transaction -> String? in
                guard let found = try transaction.notification(id), found.person == person else { return nil }
                return try NotificationEntities(desk: desk, areAskedFor: false).write(
                    [found], for: person, in: transaction
                ).first?.text
            }.map { "event: notification\ndata: \($0)\n\n" }
        case .over: nil
        }
    }

    /// Whether something that is gone was for this person: else its end would tell that it was.
    private func sawBefore(_ id: PostID, _ person: ActorID) async throws -> Bool {
        try await desk.needs.store.read { transaction in
            guard var post = try transaction.post(id) else { return false }
            post.deletedAt = nil
            return try transaction.maySee(post, .person(person))
        }
    }

    private func status(_ id: PostID, for person: ActorID) async throws -> String? {
        try await desk.needs.store.read { [desk] transaction in
            guard let post = try transaction.post(id), try transaction.maySee(post, .person(person)),
                try !transaction.silences(person, post.author)
            else { return nil }
            return try StatusEntities(desk: desk, areAskedFor: false).write(
                [post], for: .person(person), in: transaction
            ).first?
            .text
        }
    }
}
