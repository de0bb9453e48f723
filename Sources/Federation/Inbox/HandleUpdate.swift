import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// A post or a profile of another node has changed.
struct HandleUpdate: Sendable {
    let world: World
    let threads: Threads
    /// The group that passed it on.
    var via: Actor?

    func plan(_ activity: Activity) throws -> Plan {
        if let tally = activity.object.objects("object").first, tally.type == PollOut.tallyType {
            return .effect(try HandleVote(world: world).tally(tally, activity))
        }
        if let tally = activity.object.objects("object").first, tally.type == SurveyOut.tallyType {
            return .effect(try HandleSurvey(world: world).effect(tally, activity))
        }
        if let report = activity.object.objects("object").first, report.type == ChallengeObject.reportType {
            return .effect(try HandleAttendance(world: world).report(report, activity))
        }
        let uri = try activity.target()
        guard let embedded = activity.object.objects("object").first else {
            return .errand { try await prepare(try await Fetch(world: world).object(uri), activity) }
        }
        if embedded.type == "Group", uri != activity.actor.uri, world.needs.addresses.isOwn(uri) {
            return .effect(try HandleGroup(world: world).change(embedded, activity))
        }
        guard Vocabulary.actorTypes.contains(embedded.type) else {
            if QuoteIn.uri(embedded) != nil || embedded.json["hallway:recognition"] != nil {
                return .errand { try await prepare(embedded, activity) }
            }
            let effect = try effect(embedded, activity)
            guard let answer = QuestionIn.accepted(embedded), world.isForeign(answer) else {
                return .effect(effect)
            }
            return .errand {
                await threads.complete(with: answer, of: uri)
                return effect
            }
        }
        return .errand { try await prepare(embedded, activity) }
    }

    private func prepare(_ object: ASObject, _ activity: Activity) async throws -> Plan.Effect {
        guard Vocabulary.actorTypes.contains(object.type) else {
            return try effect(
                object, activity, quote: try await quote(object, activity),
                proved: try await proved(object, activity))
        }
        let uri = try activity.target()
        guard uri == activity.actor.uri else {
            throw Refusal.notAllowed(because: "only an actor itself changes its profile")
        }
        // Keys decide who may speak: they are read from the actor's own address, never from a message.
        try await RemoteActors(world: world).refresh(uri)
        return { _ in }
    }

    /// What the post quotes, as its stamp says; what is known to hold is not asked for again.
    private func quote(_ object: ASObject, _ activity: Activity) async throws -> Quote? {
        guard QuoteIn.uri(object) != nil, Vocabulary.postTypes.contains(object.type) else { return nil }
        let post = try PostIn(world: world).read(object, by: activity.actor).post
        let known = try await world.needs.store.read { try $0.post(post.uri)?.quote }
        if let known, known.state == .accepted, known.uri == post.quote?.uri, known.stamp == post.quote?.stamp
        {
            return known
        }
        return await QuoteCheck(world: world, threads: threads).check(post)
    }

    /// Thanks as their giver signed them anew; nil for any other post.
    private func proved(_ object: ASObject, _ activity: Activity) async throws -> [UInt8]? {
        guard object.json["hallway:recognition"] != nil, Vocabulary.postTypes.contains(object.type) else {
            return nil
        }
        let reading = try PostIn(world: world).read(object, by: activity.actor)
        return try await RecognitionCheck(world: world).verify(object, reading, by: activity.actor)
    }

    /// `quote`: what the post quotes, found out before. `proved`: the object, where it thanks someone and that was verified.
    private func effect(
        _ object: ASObject, _ activity: Activity, quote: Quote? = nil, proved: [UInt8]? = nil
    ) throws -> Plan.Effect {
        if object.type == Vocabulary.announcementProgress {
            return try HandleAnnouncement(world: world).progress(object, activity)
        }
        guard Vocabulary.postTypes.contains(object.type) else {
            world.counters.count(.inboxUnknown)
            return { _ in }
        }
        var reading = try PostIn(world: world).read(object, by: activity.actor)
        (reading.post.quote, reading.proved) = (quote, proved)
        let saysWhen = reading.post.editedAt != nil
        let totals = GatheringTotals(object)
        // News of who comes is no edit.
        if !saysWhen, totals == nil { reading.post.editedAt = activity.receivedAt }
        let told = min(activity.object.date("published") ?? activity.receivedAt, activity.receivedAt)
        return { [world, via, reading, activity, actor = activity.actor.id] transaction in
            guard let stored = try transaction.post(reading.post.uri), stored.deletedAt == nil else { return }
            guard stored.author == actor else {
                throw Refusal.notAllowed(because: "only its author changes a post")
            }
            let mayEdit = try Self.mayEdit(stored, via: via, in: transaction)
            if !mayEdit {
                let (version, named) = try PostIn(world: world).complete(reading, in: transaction)
                let isEdit = try Self.edits(
                    version, isDated: saysWhen, naming: named, of: stored, in: transaction)
                guard !isEdit else {
                    throw Refusal.notAllowed(because: "members change what they wrote, through their group")
                }
            }
            if let totals { try totals.save(for: stored, in: transaction) }
            if case .poll(let poll) = reading.post.body {
                try HandleVote.told(poll, of: stored, in: transaction)
                // New totals are no edit; other options are one.
                if case .poll(let known) = stored.body, !saysWhen, known.asksTheSame(as: poll) { return }
            }
            var (version, recipients) = try PostIn(world: world).complete(reading, in: transaction)
            version.id = stored.id
            try RecognitionCheck.check(reading, version, of: stored)
            // Without a date and with the same words it is about what others did with it.
            if mayEdit, saysWhen || Self.says(version, otherThan: stored) {
                try Edit.receive(version, recipients: recipients, in: transaction)
            }
            try RecognitionCheck.keep(reading, in: transaction)
            try QuotePost.receive(version, of: stored, in: transaction)
            if let question = version.body.question {
                try SettleQuestion.receive(question, of: stored, in: transaction)
            }
            if let votes = reading.likes, try transaction.asker(of: stored) != nil {
                try transaction.countVotes(votes, for: stored.id, at: told)
            }
            try Relay.note(activity, of: stored, in: transaction)
        }
    }

    /// Whether its author may change what a post says: in a group, as long as they belong, which its node knows; other nodes
    /// have it from the group. What others did with the post its author tells all the same (Spec/features/group.md §5).
    private static func mayEdit(_ post: Post, via: Actor?, in transaction: Transaction) throws -> Bool {
        guard let named = post.group, try transaction.group(named) != nil else { return true }
        // Those of a group that arrives here stand in the one that it was, until all is here.
        let id = try transaction.groupNow(named)
        if let via, try [via.id, transaction.groupNow(via.id)].contains(id) { return true }
        return try transaction.isLocal(id) && transaction.isMember(post.author, of: id)
    }

    /// Whether it is more than news of what others did with a post: another text, language or date of it, or somebody whom it
    /// did not name before and who would be told.
    private static func edits(
        _ version: Post, isDated: Bool, naming named: [ActorID], of stored: Post, in transaction: Transaction
    ) throws -> Bool {
        // Dates are kept to the millisecond.
        let last = (stored.editedAt ?? stored.createdAt) + 0.001
        if isDated, let edited = version.editedAt, edited > last { return true }
        // Whoever was not known here yet when it came was named all the same.
        let mentioned = Set(stored.mentions.map(\.actor))
        let added = Set(version.mentions.map(\.actor)).subtracting(mentioned)
        guard !says(version, otherThan: stored), version.language == stored.language,
            Set(version.tags) == Set(stored.tags), mentioned.isSubset(of: version.mentions.map(\.actor)),
            try !added.contains(where: { try transaction.isLocal($0) })
        else { return true }
        let known = try mentioned.union(transaction.recipients(of: stored.id))
        let group = try transaction.group(ofPost: stored.id)
        return try named.contains { try !known.contains($0) && transaction.groupNow($0) != group }
    }

    /// Whether two readings of a post say the same to the same people; what others did with it is not looked at.
    static func says(_ one: PostIn.Reading, theSameAs other: PostIn.Reading) -> Bool {
        !says(one.post, otherThan: other.post) && one.post.language == other.post.language
            && one.post.tags == other.post.tags && Set(one.mentioned) == Set(other.mentioned)
            && Set(one.addressees) == Set(other.addressees) && Set(one.thanked) == Set(other.thanked)
    }

    private static func says(_ version: Post, otherThan stored: Post) -> Bool {
        version.content != stored.content || version.summary != stored.summary
            || version.body.title != stored.body.title || version.isSensitive != stored.isSensitive
            || version.attachments != stored.attachments || carries(version.body, otherThan: stored.body)
    }

    /// Whether what it asks for is another; what people did with it since is not.
    private static func carries(_ version: PostBody, otherThan stored: PostBody) -> Bool {
        switch (version, stored) {
        case (.poll(let new), .poll(let old)): return !old.asksTheSame(as: new)
        case (.question, .question): return false
        case (.gathering(var new), .gathering(let old)):
            (new.going, new.waiting, new.sequence, new.version) = (
                old.going, old.waiting, old.sequence, old.version
            )
            new.challenge?.reported = old.challenge?.reported ?? 0
            return new != old
        default: return version != stored
        }
    }
}
