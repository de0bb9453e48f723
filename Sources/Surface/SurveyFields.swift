public import Domain

extension Fields {
    /// What a person answered: `answers[0]`, with the position of a choice, a grade of 1 to 5, or words. What is empty
    /// is skipped.
    public func answers(to survey: Survey) throws(Refusal) -> [Int: Survey.Answer] {
        var answers: [Int: Survey.Answer] = [:]
        for (position, question) in survey.questions.enumerated() {
            guard let text = self["answers[\(position)]"], text.contains(where: { !$0.isWhitespace }) else {
                continue
            }
            switch question.kind {
            case .text: answers[position] = .text(text)
            case .scale, .choice:
                guard let number = Int(text), (-1000...1000).contains(number) else {
                    throw .invalid(field: "The answer", because: "is not in the list")
                }
                answers[position] = .cell(question.kind == .scale ? number - 1 : number)
            }
        }
        return answers
    }
}
