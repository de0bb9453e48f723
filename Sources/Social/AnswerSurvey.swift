public import Domain
public import FoundationEssentials
public import Storage

/// Answers surveys without a name, and brings together what the nodes counted.
public struct AnswerSurvey: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Takes a person's answers, once. `answers`: by the position of their question.
    ///
    /// - Throws: ``Refusal`` when the survey is over, their own, or they answered before; then nothing has changed.
    public func answer(_ id: PostID, _ answers: [Int: Survey.Answer], by person: ActorID) async throws -> Post
    {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.writingPerson(person, needs: needs)
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .survey(let survey) = post.body, let author = try transaction.actor(post.author) else {
                throw Refusal.notFound("Record")
            }
            guard !survey.isOver(at: needs.now()) else {
                throw Refusal.invalid(field: "The survey", because: "has already ended")
            }
            guard post.author != person else {
                throw Refusal.invalid(field: "You", because: "cannot answer your own survey")
            }
            try survey.check(answers)
            if let host = author.host {
                guard try transaction.member(host)?.isAdmitted(at: needs.now()) == true else {
                    throw Refusal.notAllowed(
                        because: "Answers without a name can only go to an office that the directory lists")
                }
            }
            guard try transaction.insertBallot(of: person, in: id) else {
                throw Refusal.invalid(field: "You", because: "have already answered this survey")
            }
            let earlier = try transaction.surveyTally(of: "", in: id, survey) ?? .none(of: survey)
            try transaction.save(earlier.adding(.one(answers, of: survey)), of: "", in: id)
            return post
        }
    }

    /// What a person may read of the results: those who answered, and whoever asked; nil before they are known.
    public static func results(
        of post: Post, for person: ActorID, in transaction: Transaction
    ) throws -> SurveyTally? {
        guard case .survey(let survey) = post.body, survey.isTold else { return nil }
        guard
            try post.author == person
                || transaction.ballots(of: person, in: [post.id])[post.id] != nil
        else { return nil }
        return try transaction.surveyTally(of: Transaction.result, in: post.id, survey)
    }

    /// Takes what a node counted, once, for a survey of this one. After the results were told only what five people
    /// answered is added; to which questions five did, ``SurveyTally/shown(after:order:)`` looks.
    public static func receive(
        _ tally: SurveyTally, of node: String, in post: Post, at now: Date, in transaction: Transaction
    ) throws {
        guard case .survey(let survey) = post.body else { throw Refusal.notFound("Record") }
        guard survey.closesAt <= now, now < survey.closesAt + Poll.lateness else {
            throw Refusal.notAllowed(because: "a survey is counted when it closes")
        }
        guard tally.fits(survey) else {
            throw Refusal.invalid(field: "The tally", because: "does not add up")
        }
        guard try transaction.surveyTally(of: node, in: post.id, survey) == nil else { return }
        guard !survey.isTold || tally.respondents >= Survey.fewest else {
            throw Refusal.notAllowed(because: "the results were told, and these are of too few people")
        }
        try transaction.save(tally, of: node, in: post.id)
        if survey.isTold { try tell(post.id, survey, in: transaction) }
    }

    /// Takes over the results that a survey's author tells.
    public static func receiveResults(
        _ results: SurveyTally, of post: Post, in transaction: Transaction
    ) throws {
        guard case .survey(let survey) = post.body else { throw Refusal.notFound("Record") }
        guard results.fits(survey, isResult: true) else {
            throw Refusal.invalid(field: "The results", because: "do not add up")
        }
        let before = try transaction.surveyTally(of: Transaction.result, in: post.id, survey)
        try transaction.save(results.withoutFew(after: before), of: Transaction.result, in: post.id)
        try transaction.setSurveyTold(post.id)
        try transaction.append(.surveyTold(post.id))
    }

    /// Closes what is due, and tells results once what other nodes counted has had time to arrive.
    static func tend(at now: Date, in transaction: Transaction) throws {
        for id in try transaction.surveysToTend(at: now) {
            guard let post = try transaction.post(id), case .survey(let survey) = post.body else { continue }
            if try transaction.closeSurvey(id) { try transaction.append(.surveyClosed(id)) }
            guard try transaction.isLocal(post.author), survey.closesAt + Survey.settling <= now else {
                continue
            }
            try tell(id, survey, in: transaction)
        }
    }

    private static func tell(_ post: PostID, _ survey: Survey, in transaction: Transaction) throws {
        var all = SurveyTally.none(of: survey)
        for node in try transaction.surveyNodes(in: post) {
            if let tally = try transaction.surveyTally(of: node, in: post, survey) { all = all.adding(tally) }
        }
        let before = try transaction.surveyTally(of: Transaction.result, in: post, survey)
        try transaction.save(
            all.shown(after: before) { $0.shuffled() }, of: Transaction.result, in: post)
        try transaction.setSurveyTold(post)
        try transaction.append(.surveyTold(post))
    }
}

extension SurveyTally {
    fileprivate static func one(_ answers: [Int: Survey.Answer], of survey: Survey) -> SurveyTally {
        var tally = none(of: survey)
        tally.respondents = 1
        for (position, answer) in answers {
            tally.items[position].answered = 1
            switch answer {
            case .cell(let cell): tally.items[position].cells[cell] = 1
            case .text(let text): tally.items[position].texts = [text]
            }
        }
        return tally
    }
}
