public import Domain

extension Transaction {
    /// What someone who takes part reported last; the number 0 where nothing was.
    public func challengeReport(of actor: ActorID, in post: PostID) throws -> ChallengeReport? {
        try first(
            "SELECT amount, amount_sequence FROM attendance WHERE post = $1 AND actor = $2",
            [.id(post), .id(actor)]
        ) { ChallengeReport(amount: $0.number(0), sequence: $0.int(1)) }
    }

    /// Keeps a report of someone who takes part; false where a later one is known.
    public func save(_ report: ChallengeReport, of actor: ActorID, in post: PostID) throws -> Bool {
        try run(
            """
            UPDATE attendance SET amount = $3, amount_sequence = $4
            WHERE post = $1 AND actor = $2 AND amount_sequence < $4
            """, [.id(post), .id(actor), .number(report.amount), .int(report.sequence)]) > 0
    }

    /// What makes a gathering a challenge, beside what every gathering has. The total is counted, not given.
    func saveGoal(of gathering: Gathering, _ post: PostID) throws {
        try run(
            "UPDATE gathering SET goal = $2 WHERE post = $1", [.id(post), .string(gathering.challenge?.goal)])
    }
}
