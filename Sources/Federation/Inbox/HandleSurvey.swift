import ActivityStreams
import Domain
import Social
import Storage

/// What a node's people answered to a survey of this node, or the results of another's.
struct HandleSurvey: Sendable {
    let world: World

    func effect(_ object: ASObject, _ activity: Activity) throws -> Plan.Effect {
        guard object.uris("attributedTo") == [activity.actor.uri.string],
            let uri = object.uri("inReplyTo").flatMap({ ObjectURI($0) })
        else { throw Refusal.notAllowed(because: "the tally is somebody else's") }
        return { [world, actor = activity.actor] transaction in
            guard let post = try transaction.post(uri), post.deletedAt == nil,
                case .survey(let survey) = post.body
            else { throw Refusal.notFound("Record") }
            guard let tally = SurveyIn.tally(object, of: survey) else {
                throw Refusal.invalid(field: "The tally", because: "is of other questions")
            }
            guard world.needs.addresses.isOwn(uri) else {
                guard post.author == actor.id else {
                    throw Refusal.notAllowed(because: "only its author tells a survey's results")
                }
                return try AnswerSurvey.receiveResults(tally, of: post, in: transaction)
            }
            let node = try HandleVote.node(actor, of: post, world: world, in: transaction)
            try AnswerSurvey.receive(tally, of: node, in: post, at: world.needs.now(), in: transaction)
        }
    }
}
