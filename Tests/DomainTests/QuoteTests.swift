import Domain
import Foundation
import Support
import Testing

@Suite("Who may quote")
struct QuoteTests {
    let ada = ActorID(1)
    let boris = ActorID(2)

    func answer(
        _ audience: Audience, _ policy: QuotePolicy, to actor: ActorID?, follows: Bool = false
    ) -> QuotePolicy.Answer {
        QuoteTerms(author: ada, audience: audience, policy: policy).answer(to: actor) { _ in follows }
    }

    @Test("a post for everyone is quoted as its author says", arguments: [Audience.organisation, .anyone])
    func policies(audience: Audience) {
        #expect(answer(audience, .everyone, to: boris) == .yes)
        #expect(answer(audience, .followers, to: boris) == .no)
        #expect(answer(audience, .followers, to: boris, follows: true) == .yes)
        #expect(answer(audience, .nobody, to: boris, follows: true) == .no)
        #expect(answer(audience, .onRequest, to: boris) == .onRequest)
        #expect(answer(audience, .everyone, to: nil) == .no)
    }

    @Test(
        "a post for fewer is quoted by its author alone, whatever the policy",
        arguments: [Audience.followers, .direct, .node, .unit("Research"), .group(ActorID(9))],
        QuotePolicy.allCases)
    func privatePosts(audience: Audience, policy: QuotePolicy) {
        #expect(answer(audience, policy, to: boris, follows: true) == .no)
        #expect(answer(audience, policy, to: ada) == .yes)
    }

    @Test("others are quoted where they can read it: not in a message, nor in a group of which they are not")
    func audiences() throws {
        func refusal(_ audience: Audience, isMember: Bool = false) throws -> Refusal? {
            let uri = try theURI("https://oslo.example/posts/1")
            let post = Post(
                id: PostID(1), uri: uri, author: boris, body: .note, content: "", audience: audience,
                createdAt: Date(timeIntervalSince1970: 0))
            return post.checkQuoting { _ in isMember }
        }
        #expect(try refusal(.direct) != nil)
        #expect(try refusal(.group(ActorID(9))) != nil)
        #expect(try refusal(.group(ActorID(9)), isMember: true) == nil)
        for audience in [Audience.followers, .unit("Research"), .node, .organisation, .anyone] {
            #expect(try refusal(audience) == nil)
        }
    }

    @Test("an announce is not quoted itself")
    func announces() {
        let terms = QuoteTerms(author: ada, audience: .anyone, isAnnounce: true, policy: .everyone)
        #expect(terms.answer(to: boris) { _ in true } == .no)
    }
}
