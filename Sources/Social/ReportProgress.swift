public import Domain
import FoundationEssentials
public import Storage

/// Says how far one is in a challenge. The organiser's node adds up what those who take part reported.
public struct ReportProgress: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Reports all that one has reached so far; a report after it replaces it.
    ///
    /// - Throws: ``Refusal`` for who does not take part, before the beginning and after the end.
    public func report(_ amount: Int, in id: PostID, by person: ActorID) async throws {
        try Challenge.check(amount: amount)
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .gathering(let gathering) = post.body, gathering.challenge != nil else {
                throw Refusal.notFound("Record")
            }
            let before = try transaction.challengeReport(of: person, in: id)
            let now = Int64(needs.now().timeIntervalSince1970 * 1000)
            // The same again needs no telling; a clock that was set back must not make a later report an earlier one.
            let report = ChallengeReport(amount: amount, sequence: max(now, (before?.sequence ?? 0) + 1))
            try Self.receive(report, by: person, of: post, needs: needs, in: transaction)
            guard try !transaction.isLocal(post.author) else { return }
            try transaction.append(.challengeReported(person, id, sequence: report.sequence))
        }
    }

    /// Keeps a report of someone who takes part, of this node or of another; one that is older than what is known changes
    /// nothing. `post`: that the person may see it was checked.
    public static func receive(
        _ report: ChallengeReport, by actor: ActorID, of post: Post, needs: Needs, in transaction: Transaction
    ) throws {
        guard case .gathering(let gathering) = post.body, gathering.challenge != nil else {
            throw Refusal.notFound("Record")
        }
        try report.check(in: gathering, at: needs.now())
        guard try transaction.attendance(actor, of: post.id)?.state == .going else {
            throw Refusal.notAllowed(because: "Only those who take part report how far they are")
        }
        guard try transaction.save(report, of: actor, in: post.id), try transaction.isLocal(post.author)
        else {
            return
        }
        try transaction.append(
            .gatheringCounted(post.id, sequence: transaction.countAttendance(of: post.id, at: needs.now())))
    }
}
