import ActivityStreams
import Domain
import Social
import Storage

/// Someone elsewhere wants to quote a post of this node, or answers somebody of this node who does (FEP-044f).
struct HandleQuote: Sendable {
    let world: World

    func request(_ activity: Activity) throws -> Plan {
        let target = try activity.target()
        guard world.needs.addresses.isOwn(target) else {
            throw Refusal.notAllowed(because: "the quoted post is not of this node")
        }
        guard let uri = activity.object.uri("instrument").flatMap({ ObjectURI($0) }) else {
            throw Refusal.malformed(because: "a request to quote names the quoting post")
        }
        if let embedded = activity.object.objects("instrument").first {
            return .effect(try decide(embedded, target, activity))
        }
        return .errand { [world] in
            _ = try await world.needs.store.read {
                try Self.quoted(target, for: activity.actor, world: world, in: $0)
            }
            return try decide(try await Fetch(world: world).object(uri), target, activity)
        }
    }

    /// The answer to a request of this node; the effect tells whether it was about one at all.
    func answer(isYes: Bool, _ activity: Activity) throws -> @Sendable (Transaction) throws -> Bool {
        guard let uri = activity.object.uri("object").flatMap({ ObjectURI($0) }),
            world.needs.addresses.isOwn(uri)
        else { return { _ in false } }
        let stamp = isYes ? activity.object.uri("result").flatMap { ObjectURI($0) } : nil
        return { [actor = activity.actor] transaction in
            guard try transaction.post(quoteRequest: uri) != nil else { return false }
            guard !isYes || stamp != nil else {
                throw Refusal.malformed(because: "consent to a quote names its stamp")
            }
            // Its withdrawal may have overtaken it.
            if let stamp, try transaction.hasSeen(HandleDelete.mark(stamp, actor.id)) { return true }
            return try QuotePost.take(stamp, for: uri, from: actor, in: transaction)
        }
    }

    private func decide(
        _ object: ASObject, _ target: ObjectURI, _ activity: Activity
    ) throws -> Plan.Effect {
        let reading = try PostIn(world: world).read(object, by: activity.actor)
        guard reading.post.quote?.uri == target else {
            throw Refusal.invalid(field: "instrument", because: "does not quote the object")
        }
        return { [world, actor = activity.actor] transaction in
            let quoted = try Self.quoted(target, for: actor, world: world, in: transaction)
            let quoting = reading.post.uri
            guard try !transaction.hasSeen(HandleDelete.mark(quoting, actor.id)) else { return }
            try QuotePost.decide(
                quoting, by: actor.id, of: quoted, request: activity.id, needs: world.needs, in: transaction)
            let consent = try transaction.consent(to: quoting, of: quoted.id)
            guard let consent, consent.quoter == actor.id, consent.withdrawnAt == nil else { return }
            try Self.keep(reading, of: quoted, by: actor, world: world, in: transaction)
        }
    }

    /// Whoever is quoted can read what quotes them, also where nobody here follows its author. What is written in a group
    /// comes from the group, and what needs more than a text comes by itself.
    private static func keep(
        _ reading: PostIn.Reading, of quoted: Post, by actor: Actor, world: World,
        in transaction: Transaction
    ) throws {
        let (post, recipients) = try PostIn(world: world).complete(reading, in: transaction)
        switch post.body {
        case .note, .article: break
        case .announce, .poll, .survey, .recognition, .question, .announcement, .gathering: return
        }
        guard reading.group == nil, post.group == nil else { return }
        try HandleCreate.checkReply(post, by: actor, world: world, in: transaction)
        let readers = recipients.contains(quoted.author) ? recipients : recipients + [quoted.author]
        _ = try Publish.receive(post, recipients: readers, isNews: true, in: transaction)
    }

    /// A post of this node that somebody may ask about. Whoever is blocked is told no about what they could read otherwise;
    /// everything else that they do not see does not exist.
    private static func quoted(
        _ uri: ObjectURI, for actor: Actor, world: World, in transaction: Transaction
    ) throws -> Post {
        guard let post = try transaction.post(uri), post.deletedAt == nil, post.body.announced == nil,
            try transaction.isLocal(post.author)
        else { throw Refusal.notFound("Record") }
        let viewer = try HandleCreate.viewer(actor, world: world, in: transaction)
        if try transaction.maySee(post, viewer) { return post }
        guard try transaction.isBlocked(actor.id, by: post.author),
            post.audience == .anyone || post.audience == .organisation && viewer.isOfOrganisation
        else { throw Refusal.notFound("Record") }
        return post
    }
}
