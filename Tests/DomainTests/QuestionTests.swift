import Domain
import Foundation
import Support
import Testing

@Suite("Question")
struct QuestionTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    func post(_ id: Int64, _ body: PostBody = .note, audience: Audience = .organisation) throws -> Post {
        Post(
            id: PostID(id), uri: try theURI("https://\(Cast.oslo)/posts/\(id)"), author: ActorID(1),
            body: body,
            content: "", audience: audience, createdAt: date.addingTimeInterval(Double(id)))
    }

    @Test("a title is one line that says something", arguments: ["", "  ", "a\nb"])
    func titles(title: String) {
        #expect(throws: Refusal.self) { try Question(title: title).check() }
    }

    @Test("a title has at most 300 characters", arguments: [(300, true), (301, false)])
    func length(count: Int, isTaken: Bool) {
        let question = Question(title: String(repeating: "x", count: count))
        #expect(((try? question.check()) != nil) == isTaken)
    }

    @Test("the asker and a moderator decide, nobody else")
    func decider() throws {
        try Question.checkDecider(isAsker: true, isModerator: false)
        try Question.checkDecider(isAsker: false, isModerator: true)
        #expect(throws: Refusal.self) { try Question.checkDecider(isAsker: false, isModerator: false) }
    }

    @Test("only a direct answer that is for as many as the question can be accepted")
    func acceptable() throws {
        let question = try post(1, .question(Question(title: "Why?")))
        var answer = try post(2)
        #expect(throws: Refusal.self) { try Question.check(answer: answer, to: question) }
        answer.reply = Post.Reply(uri: question.uri, post: question.id)
        try Question.check(answer: answer, to: question)
        answer.audience = .followers
        #expect(throws: Refusal.self) { try Question.check(answer: answer, to: question) }
        var comment = try post(3)
        comment.reply = Post.Reply(uri: answer.uri, post: answer.id)
        #expect(throws: Refusal.self) { try Question.check(answer: comment, to: question) }
    }

    @Test("a duplicate repeats another question, and no duplicate")
    func duplicates() throws {
        let question = try post(1, .question(Question(title: "Why?")))
        #expect(throws: Refusal.self) { try Question.check(original: question, of: question) }
        #expect(throws: Refusal.self) { try Question.check(original: try post(2), of: question) }
        let other = try post(3, .question(Question(title: "Why not?")))
        try Question.check(original: other, of: question)
        let repeated = Question(title: "Why?", duplicateOf: Question.Link(uri: question.uri))
        let again = try post(4, .question(repeated))
        #expect(throws: Refusal.self) { try Question.check(original: again, of: other) }
    }

    /// Of a duplicate and its original, and whether that is taken.
    static let reaches: [(Audience, Audience, Bool)] = [
        (.organisation, .group(ActorID(7)), false), (.organisation, .node, false),
        (.organisation, .direct, false), (.node, .followers, false), (.anyone, .organisation, false),
        (.group(ActorID(7)), .node, false), (.followers, .node, false), (.direct, .node, false),
        (.group(ActorID(8)), .group(ActorID(7)), false), (.direct, .direct, false),
        (.group(ActorID(7)), .group(ActorID(7)), true), (.group(ActorID(7)), .organisation, true),
        (.followers, .followers, true), (.node, .organisation, true),
        (.node, .node, true),
    ]

    @Test("a duplicate repeats what all its readers may read", arguments: QuestionTests.reaches)
    func reach(duplicate: Audience, original: Audience, isTaken: Bool) throws {
        let question = try post(1, .question(Question(title: "Why?")), audience: duplicate)
        let other = try post(2, .question(Question(title: "Why not?")), audience: original)
        #expect(((try? Question.check(original: other, of: question)) != nil) == isTaken)
    }

    @Test("the accepted answer stands first, then the most voted, then the oldest")
    func order() throws {
        var answers = try (1...4).map { try post($0) }
        answers[1].counts.likes = 5
        answers[2].counts.likes = 5
        let question = Question(
            title: "Why?", accepted: Question.Link(uri: answers[3].uri, post: answers[3].id))
        #expect(question.ranked(answers).map(\.id.raw) == [4, 2, 3, 1])
    }
}
