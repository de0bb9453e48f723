import ActivityStreams
import Dispatch
import Domain
@testable import Federation
import FoundationEssentials
import JSON
import Logging
import Signatures
import Social
import Storage
import Synchronization

/// Whatever another node says is refused or becomes something that can be kept, and that is read again as it is written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let json = try? JSONParser.parse(bytes(start, count)), let object = try? ASObject(json) else {
        return -1
    }
    if let activities = try? Batch.activities(object) {
        _ = Batch.digests(object).map { FollowersDigest($0) }
        claim(activities.count <= Batch.mostActivities, "a long batch")
    }
    let answer = Answer(code: 200, fields: [], body: json.bytes)
    _ = Batch.outcomes(answer, of: ["https://oslo.example/activities/1"], now: now)
    translate(object)
    for name in ["object", "items", "orderedItems"] {
        for inner in object.objects(name).prefix(4) { translate(inner) }
    }
    return 0
}

private let now = Date(timeIntervalSince1970: 1_777_700_000)
private let house = House()

private func translate(_ object: ASObject) {
    let title = ActorIn.line(object.text("name") ?? "", limit: Limits.summary)
    parts(of: object, title: title)
    if let body = try? BodyIn.read(object, title: title, at: now) { tallies(object, of: body) }
    _ = BodyIn.text(object, title: title)
    if let reading = try? ActorIn(world: house.world).read(object) { house.keep(reading) }
    guard let uri = object.uri("attributedTo").flatMap({ ObjectURI($0) }) else { return }
    let author = house.world.known(uri)
    _ = QuoteIn.policy(object, by: author)
    guard let reading = try? PostIn(world: house.world).read(object, by: author) else { return }
    check(reading)
    house.keep(reading, by: author)
    rewrite(reading.post, by: author)
}

/// What is read of an object besides a post or an actor.
private func parts(of object: ASObject, title: String) {
    _ = try? PollIn.read(object, at: now)
    _ = try? SurveyIn.read(object, at: now)
    _ = try? RecognitionIn(object)
    _ = (QuestionIn.read(object, title: title, now: now), QuestionIn.text(of: object))
    _ = try? AnnouncementIn.read(object, title: title, at: now)
    _ = AnnouncementIn.text(object.text("content") ?? "", of: object, title: title)
    _ = try? AnnouncementProgressObject.read(object, node: "oslo.example")
    _ = try? GatheringIn.read(object, title: title, at: now)
    _ = GatheringIn.text(object.text("content") ?? "", of: object, title: title)
    _ = (GatheringTotals(object), ChallengeObject.read(object), try? ChallengeObject.report(object))
    _ = (GroupWire.membership(object, at: now), GroupWire.rule(object), try? GroupWire.wish(object))
    if let honours = HonoursObject.read(object, now: now) {
        var json = JSONObject()
        HonoursObject.write(honours, to: &json)
        guard let again = try? ASObject(.object(json)) else { fatalError("honours are no object") }
        claim(HonoursObject.read(again, now: now) == honours, "\(honours) are not read as they were written")
    }
    _ = (QuoteIn.read(object), QuoteIn.text(object.text("content") ?? "", of: object))
}

/// Totals for the poll or survey that the same object asks: some of them fit.
private func tallies(_ object: ASObject, of body: PostBody) {
    if case .poll(let poll) = body, let tally = PollIn.tally(object, of: poll), tally.fits(poll) {
        claim(tally.mayFollow(.none(of: poll)), "a tally is less than none")
    }
    if case .survey(let survey) = body, let tally = SurveyIn.tally(object, of: survey),
        tally.fits(survey, isResult: true)
    {
        claim(tally.adding(tally.withoutFew()).items.count == survey.questions.count, "other questions")
    }
}

/// The table of sizes in Spec/federation.md holds, and nothing lies ahead.
private func check(_ reading: PostIn.Reading) {
    let post = reading.post
    claim(post.createdAt <= now && post.editedAt ?? now <= now, "a post of the future")
    claim(post.content.utf8.count <= Limits.remoteContent, "a long post")
    claim(post.summary.unicodeScalars.count <= Limits.summary, "a long summary")
    claim((post.body.title ?? "").unicodeScalars.count <= Limits.summary, "a long title")
    claim(post.attachments.count <= Limits.attachments && post.tags.count <= Limits.tags, "many parts")
    claim(reading.addressees.count <= Limits.recipients, "many recipients")
}

/// What is written for others reads as what was taken.
private func rewrite(_ post: Post, by author: Actor) {
    // Thanks name their recipients by rows that only a node has; no quote that is written here carries something else.
    switch post.body {
    case .recognition: return
    case .note, .article: break
    case .announce, .poll, .survey, .question, .announcement, .gathering:
        guard post.quote == nil else { return }
    }
    let written = PostOut(addresses: house.needs.addresses).write(post, by: author, context: true)
    guard let object = try? ASObject(written) else { fatalError("what was written is no object") }
    do {
        let again = try PostIn(world: house.world).read(object, by: author).post
        claim(again.content == post.content, "\(post.content) is \(again.content) in \(written.text)")
        claim(again.body.title == post.body.title, "another title in \(written.text)")
        claim(again.tags == post.tags, "other tags in \(written.text)")
    } catch {
        fatalError("what was written is refused: \(error) in \(written.text)")
    }
}

extension World {
    /// Whoever an object says that it is of or for.
    func known(_ uri: ObjectURI) -> Actor {
        Actor(
            id: needs.ids.next(), uri: uri, kind: .person, name: "ada-\(needs.ids.next() as ActorID)",
            host: needs.addresses.isOwn(uri) ? nil : uri.authority,
            endpoints: Actor.Endpoints(
                inbox: uri.sibling("/inbox"), followers: ObjectURI("\(uri.withoutFragment)/followers")),
            createdAt: now)
    }
}

/// A node that forgets everything at once.
private final class House: Sendable {
    let needs: Needs
    let world: World

    /// Thrown so that nothing stays.
    private struct Undone: Error {}

    init() {
        guard let base = ObjectURI("https://pune.example/"),
            let sealing = Sealing(key: [UInt8](repeating: 7, count: 32)),
            let store = try? SQLiteStore(path: nil)
        else { fatalError("no node") }
        needs = Needs(
            store: store, ids: IDSource(now: { now }, lot: { 0 }), addresses: Addresses(base: base),
            policy: .open, now: { now })
        world = World(
            needs: needs, keys: NodeKeys(store: store, sealing: sealing, now: { now }),
            send: { _ in throw ExchangeFault.unreachable("nobody is there") },
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }, allowsInsecure: false,
            counters: Counters(), directory: nil)
    }

    /// Keeps an actor and reads it again.
    func keep(_ reading: ActorIn.Reading) {
        writing { transaction in
            try transaction.save(reading.actor)
            for key in reading.keys { try transaction.save(key) }
            if let group = reading.group { try transaction.save(group) }
            if let honours = reading.honours { try transaction.save(honours, of: reading.actor.id) }
            claim(try transaction.actor(reading.actor.uri)?.uri == reading.actor.uri, "an actor is lost")
        }
    }

    /// Keeps a post of a member's node as its handler would, and reads it again.
    func keep(_ reading: PostIn.Reading, by author: Actor) {
        writing { [world] transaction in
            try transaction.save(
                Member(
                    authority: author.uri.authority, name: "", application: author.uri, entity: "", key: "",
                    ranges: [], expiresAt: now + 86400, state: .admitted, document: []))
            try transaction.save(author)
            // Some of those who are thanked or named are known here.
            for uri in (reading.thanked + reading.mentioned).prefix(2) where uri != author.uri {
                try transaction.save(world.known(uri))
            }
            let (post, recipients) = try PostIn(world: world).complete(reading, in: transaction)
            let isNew = try Publish.receive(post, recipients: recipients, isNews: true, in: transaction)
            claim(isNew, "something stayed")
            let kept = try transaction.post(post.uri)
            claim(kept?.content == post.content, "\(post.content) is kept as \(kept?.content ?? "nothing")")
            claim(kept?.body.title == post.body.title, "another title is kept")
        }
    }

    /// Does something in a transaction that is taken back. Only the database itself may say no, never because of what is said.
    private func writing(_ body: @escaping @Sendable (Transaction) throws -> Void) {
        let end = DispatchSemaphore(value: 0)
        Task { [needs] in
            do {
                try await needs.store.write { transaction in
                    try body(transaction)
                    throw Undone()
                }
            } catch is Undone {
            } catch is Refusal {
            } catch { fatalError("what was read cannot be kept: \(error)") }
            end.signal()
        }
        end.wait()
    }
}
