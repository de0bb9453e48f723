public import Hummingbird
import Domain
import HTTPTypes
import Social
public import Surface

/// The web app: pages rendered on the server over the same verbs and queries as the client interface.
public struct Pages: Sendable {
    let desk: Desk
    let templates = Templates()

    public init(desk: Desk) { self.desk = desk }

    public func add(to router: Router<HallwayContext>) {
        AssetRoutes().add(to: router)
        router.add(middleware: RefusedFormMiddleware())
        router.add(middleware: GuidelineGate(store: desk.needs.store))
        SessionRoutes(pages: self).add(to: router)
        AuthoriseRoutes(pages: self).add(to: router)
        HomeRoutes(pages: self).add(to: router)
        PostRoutes(pages: self).add(to: router)
        QuoteRoutes(pages: self).add(to: router)
        PollRoutes(pages: self).add(to: router)
        SurveyRoutes(pages: self).add(to: router)
        ProfileRoutes(pages: self).add(to: router)
        SearchRoutes(pages: self).add(to: router)
        QuestionRoutes(pages: self).add(to: router)
        PeopleListRoutes(pages: self).add(to: router)
        DraftRoutes(pages: self).add(to: router)
        PeopleRoutes(pages: self).add(to: router)
        NotificationRoutes(pages: self).add(to: router)
        NotificationHabitRoutes(pages: self).add(to: router)
        RecognitionRoutes(pages: self).add(to: router)
        LeaderboardRoutes(pages: self).add(to: router)
        MilestoneRoutes(pages: self).add(to: router)
        AnnouncementRoutes(pages: self).add(to: router)
        GatheringRoutes(pages: self).add(to: router)
        GroupRoutes(pages: self).add(to: router)
        GuidelineRoutes(pages: self).add(to: router)
        KnowledgeRoutes(pages: self).add(to: router)
        AwayRoutes(pages: self).add(to: router)
        SettingsRoutes(pages: self).add(to: router)
    }

    /// A problem as a page, for those who asked for one; nil for programs.
    public func problem(_ problem: Problem, _ request: Request, _ context: HallwayContext) -> Response? {
        let accept = request.headers[.accept] ?? ""
        guard accept.contains("text/html"), !request.uri.path.hasPrefix("/api/") else { return nil }
        let typed = TypedWords.values(problem.typed)
        if problem.status == .unauthorized, typed.isEmpty {
            return Response.redirect(to: "/auth/sign_in?back=\(Back.encode(request))", type: .normal)
        }
        let heading =
            switch problem.status.code {
            case 401: "You are signed out"
            case 404: "There is nothing here"
            case 403: "That is not allowed"
            case 429: "A little slower, please"
            case 500...: "Something went wrong on our side"
            default: "That did not work"
            }
        let message =
            problem.status == .notFound ? "It may have been deleted, or it is not for you." : problem.message
        let asksToAccept = problem.status == .forbidden && message.hasSuffix(desk.needs.addresses.guidelines)
        let html = templates.render(
            "problem",
            [
                "pageTitle": heading, "heading": heading, "message": message, "nodeName": desk.nodeName,
                "asksToAccept": asksToAccept, "asksToSignIn": problem.status == .unauthorized,
                "hasTyped": !typed.isEmpty, "typed": typed,
            ])
        return Response(html: html, status: problem.status)
    }

    /// The person whose browser asks.
    ///
    /// - Throws: ``Refusal/notAuthenticated(because:)``, which leads to the sign-in page.
    func person(_ context: HallwayContext) throws(Refusal) -> (ActorID, Session) {
        guard let session = context.session, session.isBrowser, let person = session.token.person else {
            throw .notAuthenticated(because: "Please sign in")
        }
        return (person, session)
    }

    /// What a form of this session sent.
    ///
    /// - Throws: ``Refusal`` when it was made elsewhere.
    func form(_ request: Request, _ context: HallwayContext) async throws -> (ActorID, Fields) {
        let (person, session) = try person(context)
        let fields = try await Fields(request, context: context)
        try FormSeal.check(fields["seal"], for: session)
        return (person, fields)
    }

    /// Publishes what a form of ``form(_:_:)`` holds; sent twice, as by a double click, it is published once.
    func publish(_ draft: Draft, from fields: Fields, by person: ActorID) async throws -> Post {
        var draft = draft
        if let once = fields["once"], !once.isEmpty {
            guard once.utf8.count <= 64 else {
                throw Refusal.malformed(because: "The form is not understood")
            }
            draft.idempotency = "form \(once)"
        }
        return try await desk.publish.publish(draft, by: person)
    }
}

/// Where a form leads back to: a place on this node, whatever it was told.
enum Back {
    static func path(_ text: String?, fallback: String = "/") -> String {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.contains("\\"),
            text.utf8.count < 1000,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return fallback }
        return text
    }

    static func encode(_ request: Request) -> String {
        request.method == .get ? (request.head.path ?? "/").percentEncoded : "/"
    }
}
