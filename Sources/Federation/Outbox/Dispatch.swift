import Domain
import JSON

/// An activity and the inboxes that it goes to.
struct Dispatch: Sendable {
    var activity: OutgoingActivity
    var inboxes: [ObjectURI]
}
