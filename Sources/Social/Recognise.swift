public import Domain
import FoundationEssentials
import Markup
public import Storage

/// The rules of a post that thanks colleagues, and what its recipients and moderators do with it later.
///
/// Writing one is ``Publish`` with a draft that carries it; the giver withdraws it as any post.
public struct Recognise: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Takes a recognition that one was given off the walls and one's profile, or puts it back, whether or not its giver
    /// blocks one by now.
    ///
    /// - Returns: the post, which stays what it is: its points count as before.
    public func hide(_ isHidden: Bool, _ id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            guard let post = try transaction.post(id), post.deletedAt == nil,
                case .recognition(let recognition) = post.body, recognition.recipients.contains(person)
            else { throw Refusal.notFound("Record") }
            try Self.perform(isHidden, post.id, by: person, needs: needs, in: transaction)
            return post
        }
    }

    /// Takes a recognition off this node's walls, as a moderator; who did so and why is kept.
    public func remove(_ id: PostID, because reason: String, by moderator: ActorID) async throws -> Post {
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw Refusal.invalid(field: "Reason", because: "can't be blank")
        }
        guard reason.length <= Limits.summary else {
            throw Refusal.invalid(
                field: "Reason", because: "is too long (maximum is \(Limits.summary) characters)")
        }
        return try await needs.store.write { [needs] transaction in
            guard try transaction.login(of: moderator)?.isAdministrator == true else {
                throw Refusal.notAllowed(because: "Only moderators remove a recognition")
            }
            let post = try transaction.visiblePost(id, to: .person(moderator))
            guard case .recognition = post.body else { throw Refusal.notFound("Record") }
            try transaction.removeRecognition(post.id, by: moderator, because: reason, at: needs.now())
            return post
        }
    }

    /// Hides or shows a recognition for a recipient who was checked; the second time changes nothing. Returns whether it
    /// was news.
    @discardableResult
    public static func perform(
        _ isHidden: Bool, _ post: PostID, by recipient: ActorID, needs: Needs, in transaction: Transaction
    ) throws -> Bool {
        guard try transaction.setHidden(at: isHidden ? needs.now() : nil, post, for: recipient) else {
            return false
        }
        try transaction.append(.recognitionHidden(post, by: recipient, isHidden: isHidden))
        return true
    }

    /// Completes a post of this node that thanks someone, in the transaction that spends its points.
    ///
    /// - Throws: ``Refusal`` when a rule of Spec/features/recognition.md §2 says no.
    static func prepare(_ post: inout Post, needs: Needs, in transaction: Transaction) throws {
        guard case .recognition(var recognition) = post.body else { return }
        try recognition.check(by: post.author)
        guard
            let value = needs.recognition.values.first(where: {
                $0.lowercased() == recognition.value.lowercased()
            })
        else {
            throw Refusal.invalid(field: "Value", because: "is not one of the organisation's values")
        }
        recognition.value = value
        recognition.allowance = needs.recognition.allowance
        let recipients = try transaction.actors(recognition.recipients)
        guard recipients.count == recognition.recipients.count,
            recipients.allSatisfy({ $0.kind == .person && $0.state == .active })
        else { throw Refusal.notFound("Recipient") }
        try checkReach(recognition, of: post, in: transaction)
        for host in Set(recipients.compactMap(\.host)) where post.audience == .organisation {
            guard try transaction.member(host)?.isAdmitted(at: needs.now()) == true else {
                throw Refusal.invalid(
                    field: "Recipients", because: "of \(host) are not of the organisation, who would see this"
                )
            }
        }
        try Recognition.checkSpending(
            recognition.points * recognition.recipients.count,
            spent: transaction.pointsGiven(by: post.author, in: Recognition.month(of: post.createdAt)),
            allowance: needs.recognition.allowance)
        post.body = .recognition(recognition)
        try dress(&post, needs: needs, in: transaction)
    }

    /// Whoever is thanked reads it, member or not; but of a secret group thanks would tell that there is one.
    public static func checkReach(
        _ recognition: Recognition, of post: Post, in transaction: Transaction
    ) throws {
        guard let id = post.group, try transaction.group(id)?.kind == .secret, try transaction.isLocal(id),
            try !recognition.recipients.allSatisfy({ try transaction.isMember($0, of: id) })
        else { return }
        throw Refusal.invalid(field: "Recipients", because: "of thanks in a secret group are its members")
    }

    /// Puts the line that every software can show above the text, and the recipients among those it names.
    static func dress(_ post: inout Post, needs: Needs, in transaction: Transaction) throws {
        guard case .recognition(let recognition) = post.body else { return }
        let recipients = try transaction.actors(recognition.recipients)
        let mentions = recipients.map { actor in
            Mention(
                actor: actor.id, uri: actor.uri,
                handle: "\(actor.name)@\(actor.host ?? needs.addresses.authority)", url: actor.url)
        }
        post.mentions = mentions + post.mentions.filter { !recognition.recipients.contains($0.actor) }
        let names = zip(recipients, mentions).map { actor, mention in
            """
            <span class="h-card"><a href="\(mention.url.escapedHTML)" class="u-url mention">@<span>\
            \(actor.name.escapedHTML)</span></a></span>
            """
        }
        let points =
            recognition.points > 0 ? " · \(recognition.points) points\(names.count > 1 ? " each" : "")" : ""
        post.content =
            "<p>Thanks \(names.joined(separator: ", ")) for <strong>\(recognition.value.escapedHTML)</strong>\(points)</p>"
            + post.content
    }

    /// The rules for a recognition of another node: the same shape, and no more points in its month than its node says
    /// that it allows; where it does not say, than this node allows. `count`: how many recipients it names, known here or
    /// not. `post`: its post, which may be known already. Throws ``Refusal``.
    public static func checkReceived(
        _ recognition: Recognition, count: Int, of post: Post, needs: Needs, in transaction: Transaction
    ) throws {
        guard !recognition.recipients.contains(post.author) else {
            throw Refusal.notAllowed(because: "Nobody can thank themself")
        }
        let known = try transaction.postID(post.uri)
        // Anyone may read of old thanks; but points for people of this node come while they are news.
        if known == nil, recognition.points > 0,
            needs.now().timeIntervalSince(post.createdAt) > Recognition.newsLimit,
            try recognition.recipients.contains(where: { try transaction.isLocal($0) })
        {
            throw Refusal.invalid(field: "Points", because: "of so long ago are not counted any more")
        }
        try Recognition.checkSpending(
            recognition.points * count,
            spent: transaction.pointsGiven(
                by: post.author, in: Recognition.month(of: post.createdAt), besides: known),
            allowance: recognition.allowance ?? needs.recognition.allowance)
    }
}
