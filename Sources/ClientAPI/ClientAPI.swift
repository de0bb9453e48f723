public import Hummingbird
public import Logging
public import Surface

/// Mastodon's client interface over this node's verbs and queries.
public struct ClientAPI: Sendable {
    private let desk: Desk
    private let logger: Logger

    public init(desk: Desk, logger: Logger) {
        self.desk = desk
        self.logger = logger
    }

    public func add(to router: Router<HallwayContext>) {
        InstanceRoutes(desk: desk).add(to: router)
        AppRoutes(desk: desk).add(to: router)
        AccountRoutes(desk: desk).add(to: router)
        StatusRoutes(desk: desk).add(to: router)
        DeliveryRoutes(desk: desk).add(to: router)
        GroupRoutes(desk: desk).add(to: router)
        PollRoutes(desk: desk).add(to: router)
        SurveyRoutes(desk: desk).add(to: router)
        TimelineRoutes(desk: desk).add(to: router)
        SearchRoutes(desk: desk).add(to: router)
        QuestionRoutes(desk: desk).add(to: router)
        QuoteRoutes(desk: desk).add(to: router)
        ReactionRoutes(desk: desk).add(to: router)
        PeopleListRoutes(desk: desk).add(to: router)
        TagRoutes(desk: desk).add(to: router)
        DraftRoutes(desk: desk).add(to: router)
        NotificationRoutes(desk: desk).add(to: router)
        NotificationHabitRoutes(desk: desk).add(to: router)
        RecognitionRoutes(desk: desk).add(to: router)
        LeaderboardRoutes(desk: desk).add(to: router)
        MilestoneRoutes(desk: desk).add(to: router)
        AnnouncementRoutes(desk: desk).add(to: router)
        GatheringRoutes(desk: desk).add(to: router)
        GuidelineRoutes(desk: desk).add(to: router)
        KnowledgeRoutes(desk: desk).add(to: router)
        AwayRoutes(desk: desk).add(to: router)
        StreamingRoutes(desk: desk, logger: logger).add(to: router)
    }
}
