import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Support
import Testing

@Suite("Questions on the wire")
struct QuestionTranslationTests {
    let clock = TestClock(Date(timeIntervalSince1970: 1_900_000_000))

    func read(_ json: JSONValue) async throws -> (node: TestNode, post: Post, author: Actor) {
        let node = try await TestNode(Cast.lima, network: FakeNetwork(), clock: clock)
        let uri = try theURI("https://\(Cast.oslo)/actors/1")
        let author = Actor(
            id: ActorID(9), uri: uri, kind: .person, name: "ada", host: Cast.oslo,
            endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: clock.now)
        return (node, try PostIn(world: node.world).read(try ASObject(json), by: author).post, author)
    }

    @Test("the examples are read: the title once, what is accepted, what is repeated")
    func examples() async throws {
        let (_, first, _) = try await read(try Vectors.json("question/accepted.json"))
        let question = try #require(first.body.question)
        #expect(question.title == "Who certifies lifts & hoists?")
        #expect(first.content == "<p>I have looked everywhere.</p>")
        #expect(question.accepted?.uri == (try theURI("https://lima.example/posts/2")))
        #expect(question.settledAt == Date(timeIntervalSince1970: 1_795_510_800.5) && !question.isByModerator)
        let (_, second, _) = try await read(try Vectors.json("question/duplicate.json"))
        #expect(second.body.question?.duplicateOf?.uri == first.uri)
        #expect(second.body.question?.isByModerator == true && second.content.isEmpty)
    }

    @Test("what is written is read back as it was, and readers who know no questions see the title")
    func roundTrip() async throws {
        let example = try Vectors.json("question/accepted.json")
        let (node, post, author) = try await read(example)
        let written = PostOut(addresses: node.needs.addresses).write(post, by: author, context: true)
        for name in [
            "name", "content", "hallway:question", "schema:acceptedAnswer", "hallway:settled", "type",
        ] {
            #expect(written[name] == example[name], "\(name)")
        }
        let (_, again, _) = try await read(written)
        #expect(again.body == post.body && again.content == post.content)
    }

    @Test("a question that answers something, or has no title, is a note like any other")
    func notes() async throws {
        var json = try #require(try Vectors.json("question/accepted.json").object)
        json["inReplyTo"] = "https://oslo.example/posts/7"
        #expect(try await read(.object(json)).post.body == .note)
        json["inReplyTo"] = nil
        json["name"] = nil
        #expect(try await read(.object(json)).post.body == .note)
    }

    @Test("a title beyond the limit is cut, and a date from the future is no later than a clock may be wrong")
    func hostile() async throws {
        var json = try #require(try Vectors.json("question/accepted.json").object)
        json["name"] = .string(String(repeating: "x", count: 5000))
        json["hallway:settled"] = "2999-01-01T00:00:00Z"
        let question = try #require(try await read(.object(json)).post.body.question)
        #expect(question.title.count == Question.titleLimit)
        #expect(question.settledAt == clock.now + 60)
    }
}
