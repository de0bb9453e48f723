/// What is counted, each with its name on the metrics page; Spec/operations.md says at which stage.
public enum Count: Int, CaseIterable, Sendable {
    case nodesTurnedAway, peopleTurnedAway, slowedDown
    case inboxHandled, inboxDropped, inboxUnknown
    case fannedOut, streamed
    case outboxRead, outboxEntered
    case delivered, deliveryRefused, deliveryGone, deliveryBusy, deliverySilent, deliveryFault
    case deliveriesExpired, batches
    case followersRepaired

    var name: String {
        switch self {
        case .nodesTurnedAway: "hallway_turned_away_total{who=\"nodes\"}"
        case .peopleTurnedAway: "hallway_turned_away_total{who=\"people\"}"
        case .slowedDown: "hallway_slowed_down_total"
        case .inboxHandled: "hallway_inbox_handled_total"
        case .inboxDropped: "hallway_inbox_dropped_total"
        case .inboxUnknown: "hallway_inbox_unknown_total"
        case .fannedOut: "hallway_fan_out_total"
        case .streamed: "hallway_stream_total"
        case .outboxRead: "hallway_outbox_total"
        case .outboxEntered: "hallway_outbox_activities_total"
        case .delivered: "hallway_deliveries_total{outcome=\"delivered\"}"
        case .deliveryRefused: "hallway_deliveries_total{outcome=\"refused\"}"
        case .deliveryGone: "hallway_deliveries_total{outcome=\"gone\"}"
        case .deliveryBusy: "hallway_deliveries_total{outcome=\"busy\"}"
        case .deliverySilent: "hallway_deliveries_total{outcome=\"silent\"}"
        case .deliveryFault: "hallway_deliveries_total{outcome=\"fault\"}"
        case .deliveriesExpired: "hallway_deliveries_expired_total"
        case .batches: "hallway_batches_total"
        case .followersRepaired: "hallway_followers_repaired_total"
        }
    }
}

/// What is counted by the status code of its answer.
public enum Answered: Int, CaseIterable, Sendable {
    case requests, inbox

    /// Up to the code.
    var name: String {
        switch self {
        case .requests: "hallway_requests_total{code="
        case .inbox: "hallway_inbox_total{answer="
        }
    }
}

/// What is timed.
public enum Timing: Int, CaseIterable, Sendable {
    case inboxRequest, streamRequest, apiRequest, federationRequest, pageRequest
    /// From being received to its effect.
    case inboxWait
    /// From the event to home timelines and notifications, and to the ledger of deliveries.
    case fanOut, outbox
    /// One request to another node, whatever came of it; and from the ledger until it was taken.
    case deliveryRequest, deliveryAge

    var name: String {
        switch self {
        case .inboxRequest: "hallway_request_seconds{kind=\"inbox\"}"
        case .streamRequest: "hallway_request_seconds{kind=\"stream\"}"
        case .apiRequest: "hallway_request_seconds{kind=\"api\"}"
        case .federationRequest: "hallway_request_seconds{kind=\"federation\"}"
        case .pageRequest: "hallway_request_seconds{kind=\"page\"}"
        case .inboxWait: "hallway_inbox_wait_seconds"
        case .fanOut: "hallway_fan_out_seconds"
        case .outbox: "hallway_outbox_seconds"
        case .deliveryRequest: "hallway_delivery_seconds"
        case .deliveryAge: "hallway_delivery_age_seconds"
        }
    }
}
