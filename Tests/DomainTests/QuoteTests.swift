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
    func audiences() {
        func refusal(_ audience: Audience, isMember: Bool = false) -> Refusal? {
            audience.checkQuoting { _ in isMember }
        }
        #expect(refusal(.direct) != nil)
        #expect(refusal(.group(ActorID(9))) != nil)
        #expect(refusal(.group(ActorID(9)), isMember: true) == nil)
        for audience in [Audience.followers, .unit("Research"), .node, .organisation, .anyone] {
            #expect(refusal(audience) == nil)
        }
    }

    @Test("an announce is not quoted itself")
    func announces() {
        let terms = QuoteTerms(author: ada, audience: .anyone, isAnnounce: true, policy: .everyone)
        #expect(terms.answer(to: boris) { _ in true } == .no)
    }
}
