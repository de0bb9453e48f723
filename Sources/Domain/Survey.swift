public import FoundationEssentials

/// Several questions that are answered without a name (Spec/features/survey.md).
public struct Survey: Sendable, Equatable {
    public var questions: [Item]
    public var closesAt: Date
    /// Whether answers are not taken any more, as was told.
    public var isClosed = false
    /// Whether the results were told.
    public var isTold = false

    public init(questions: [Item], closesAt: Date) {
        self.questions = questions
        self.closesAt = closesAt
    }

    /// One question.
    public struct Item: Sendable, Equatable {
        public var text: String
        public var kind: Kind

        public init(_ text: String, _ kind: Kind) {
            self.text = text
            self.kind = kind
        }

        /// How many answers there are to count; none for text.
        public var cells: Int {
            switch kind {
            case .scale: 5
            case .choice(let choices): choices.count
            case .text: 0
            }
        }
    }

    /// How a question is answered.
    public enum Kind: Sendable, Equatable {
        /// 1 to 5.
        case scale
        /// One of these.
        case choice([String])
        case text
    }

    /// A person's answer to one question.
    public enum Answer: Sendable, Equatable {
        /// The position of the grade or choice.
        case cell(Int)
        case text(String)
    }

    public func isOver(at now: Date) -> Bool { isClosed || closesAt <= now }
}

/// What some people answered together.
public struct SurveyTally: Sendable, Equatable {
    /// What they answered to one question.
    public struct Item: Sendable, Equatable {
        public var answered: Int
        /// nil for what is not shown, since too few chose it.
        public var cells: [Int?]
        /// In no order.
        public var texts: [String]

        public init(answered: Int, cells: [Int?], texts: [String] = []) {
            self.answered = answered
            self.cells = cells
            self.texts = texts
        }
    }

    public var respondents: Int
    public var items: [Item]

    public init(respondents: Int, items: [Item]) {
        self.respondents = respondents
        self.items = items
    }

    public static func none(of survey: Survey) -> SurveyTally {
        SurveyTally(
            respondents: 0,
            items: survey.questions.map { Item(answered: 0, cells: Array(repeating: 0, count: $0.cells)) })
    }

    public func adding(_ other: SurveyTally) -> SurveyTally {
        SurveyTally(
            respondents: respondents + other.respondents,
            items: zip(items, other.items).map { one, two in
                Item(
                    answered: one.answered + two.answered,
                    cells: zip(one.cells, two.cells).map { ($0 ?? 0) + ($1 ?? 0) },
                    texts: one.texts + two.texts)
            })
    }

    /// Whether so many people can have answered so. `isResult`: whether cells may be hidden.
    public func fits(_ survey: Survey, isResult: Bool = false) -> Bool {
        guard (0...Poll.mostVoters).contains(respondents), items.count == survey.questions.count else {
            return false
        }
        return zip(items, survey.questions).allSatisfy { item, question in
            let known = item.cells.compactMap { $0 }
            guard (0...respondents).contains(item.answered), item.cells.count == question.cells,
                known.allSatisfy({ (0...item.answered).contains($0) }), item.texts.count <= item.answered,
                item.texts.allSatisfy({ (1...Survey.answerLength).contains($0.count) })
            else { return false }
            if isResult { return true }
            guard question.kind != .text else { return item.texts.count == item.answered }
            return known.count == item.cells.count && known.reduce(0, +) == item.answered
                && item.texts.isEmpty
        }
    }

    /// What may be shown, by itself and set against what was shown before (Spec/features/survey.md §4): nothing of fewer
    /// than five people, no cell of one to four, nor what would tell such a cell by subtraction; texts of five at least.
    /// `before`: what is shown now, of which a part stays as it is until five more have answered it. `order`: makes the
    /// order of texts tell nothing.
    public func shown(after before: SurveyTally? = nil, order: ([String]) -> [String]) -> SurveyTally {
        replacing(before) { item, known in
            Item(
                answered: item.answered, cells: Self.cells(of: item, after: known), texts: order(item.texts))
        }
    }

    /// The same of what another node thinks enough. `before`: what it told last.
    public func withoutFew(after before: SurveyTally? = nil) -> SurveyTally {
        replacing(before) { item, known in
            var item = item
            item.cells = zip(item.cells, known.cells).map { cell, known in
                cell.flatMap { Self.isFew($0 - (known ?? 0)) ? known : $0 } ?? known
            }
            item.texts = item.texts.count < Survey.fewest ? [] : item.texts
            return item
        }
    }

    /// Each question anew that five more have answered, and the others as they were.
    private func replacing(_ before: SurveyTally?, _ anew: (Item, Item) -> Item) -> SurveyTally {
        let nothing = items.map { Item(answered: 0, cells: $0.cells.map { _ in nil }) }
        let known = before?.respondents ?? 0
        return SurveyTally(
            respondents: respondents - known < Survey.fewest ? known : respondents,
            items: zip(items, before?.items ?? nothing).map { item, known in
                item.answered - known.answered < Survey.fewest ? known : anew(item, known)
            })
    }

    /// A cell stays as it was while it is other by one to four; and so do as many more as it takes that all that is not
    /// told of the question is not of one to four, either, nor other by so many.
    private static func cells(of item: Item, after known: Item) -> [Int?] {
        let now = item.cells.map { $0 ?? 0 }
        var shown: [Int?] = zip(now, known.cells).map { now, known in
            isFew(now - (known ?? 0)) ? known : now
        }
        func untold(_ answered: Int, _ cells: [Int?]) -> Int {
            cells.reduce(answered) { $0 - ($1 ?? 0) }
        }
        let before = untold(known.answered, known.cells)
        while [0, before].contains(where: { isFew(untold(item.answered, shown) - $0) }),
            let next = now.indices.filter({ (shown[$0] ?? 0) > (known.cells[$0] ?? 0) })
                .min(by: { now[$0] < now[$1] })
        {
            shown[next] = known.cells[next]
        }
        return shown
    }

    private static func isFew(_ count: Int) -> Bool { (1..<Survey.fewest).contains(abs(count)) }
}

/// The rules of Spec/features/survey.md §2.
extension Survey {
    /// Of fewer people nothing is shown.
    public static let fewest = 5
    public static let questionCount = 1...20
    public static let choiceCount = 2...10
    public static let questionLength = 300
    public static let answerLength = 2000
    /// Seconds between the close and the results: for what other nodes counted to arrive.
    public static let settling: Double = 600

    /// What a person may ask.
    public func check(at now: Date) throws(Refusal) {
        let seconds = closesAt.timeIntervalSince(now)
        guard (Double(Poll.duration.lowerBound) - 1...Double(Poll.duration.upperBound) + 1).contains(seconds)
        else { throw .invalid(field: "Duration", because: "must be five minutes to a year") }
        try checkQuestions()
    }

    /// What a survey of any node must be.
    public func checkQuestions() throws(Refusal) {
        guard Self.questionCount.contains(questions.count) else {
            throw .invalid(field: "Questions", because: "must be 1 to 20")
        }
        for question in questions {
            guard question.text.contains(where: { !$0.isWhitespace }),
                question.text.count <= Self.questionLength, question.text.utf8.count <= 2400
            else { throw .invalid(field: "Questions", because: "must be of 1 to 300 characters") }
            guard case .choice(let choices) = question.kind else { continue }
            guard Self.choiceCount.contains(choices.count) else {
                throw .invalid(field: "Choices", because: "must be 2 to 10")
            }
            // The same rules as for the answers of a poll.
            try Poll(options: choices.map { Poll.Option($0) }).checkOptions()
        }
    }

    /// What a person may answer. `answers`: by the position of their question; those left out are skipped.
    public func check(_ answers: [Int: Answer]) throws(Refusal) {
        guard !answers.isEmpty else { throw .invalid(field: "Answers", because: "can't be blank") }
        for (position, answer) in answers {
            guard questions.indices.contains(position) else {
                throw .invalid(field: "The question", because: "does not exist")
            }
            switch (questions[position].kind, answer) {
            case (.scale, .cell(let cell)), (.choice, .cell(let cell)):
                guard (0..<questions[position].cells).contains(cell) else {
                    throw .invalid(field: "The answer", because: "is not in the list")
                }
            case (.text, .text(let text)):
                guard (1...Self.answerLength).contains(text.count), text.utf8.count <= 16_000 else {
                    throw .invalid(field: "The answer", because: "must be of 2000 characters at most")
                }
            case (.scale, .text), (.choice, .text), (.text, .cell):
                throw .invalid(field: "The answer", because: "is of another kind")
            }
        }
    }
}
