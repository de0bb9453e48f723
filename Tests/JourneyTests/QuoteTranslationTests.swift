import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Support
import Testing

@Suite("Quotes on the wire")
struct QuoteTranslationTests {
    let clock = TestClock(Date(timeIntervalSince1970: 1_900_000_000))

    func author() throws -> Actor {
        let uri = try theURI("https://\(Cast.oslo)/actors/1")
        return Actor(
            id: ActorID(9), uri: uri, kind: .person, name: "ada", host: Cast.oslo,
            endpoints: .init(
                inbox: uri.sibling("/inbox"), followers: uri.sibling("/actors/1/followers")),
            createdAt: clock.now)
    }

    @Test("the examples are read, and what is read is written as it was")
    func examples() async throws {
        let node = try await TestNode(Cast.pune, network: FakeNetwork(), clock: clock)
        let example = try Vectors.json("quote/note.json")
        let ada = try author()
        var post = try PostIn(world: node.world).read(try ASObject(example), by: ada).post
        let stamp = try theURI("https://lima.example/consents/7")
        #expect(post.quote == Quote(uri: try theURI("https://lima.example/posts/1"), stamp: stamp))
        #expect(post.content == "<p>Look at this</p>" && post.quotePolicy == .followers)
        post.quote?.authorURI = try theURI("https://lima.example/actors/1")
        let out = PostOut(addresses: node.needs.addresses)
        let written = out.write(post, by: ada, context: true)
        for name in [
            "quote", "quoteUri", "_misskey_quote", "quoteAuthorization", "content", "tag",
            "interactionPolicy",
            "to", "cc",
        ] {
            #expect(written[name] == example[name], "\(name)")
        }
        // What was taken back is not spoken of any more.
        post.quote?.state = .withdrawn
        let after = out.write(post, by: ada, context: true)
        #expect(after["quote"] == nil && after["quoteAuthorization"] == nil && after["tag"] == [])
        #expect(after["content"] == "<p>Look at this</p>")
        let request = try ASObject(try Vectors.json("quote/request.json"))
        let instrument = try #require(request.objects("instrument").first)
        #expect(request.type == Vocabulary.quoteRequest)
        #expect(QuoteIn.uri(instrument)?.string == request.uri("object"))
    }

    @Test("a stamp names both posts and shows neither")
    func stamp() throws {
        let example = try Vectors.json("quote/stamp.json")
        let uri = try theURI("https://lima.example/actors/1")
        let author = Actor(
            id: ActorID(1), uri: uri, kind: .person, name: "carmen", host: nil,
            endpoints: .init(inbox: uri), createdAt: clock.now)
        let quoted = Post(
            id: PostID(1), uri: try theURI("https://lima.example/posts/1"), author: author.id, body: .note,
            content: "secret", audience: .organisation, createdAt: clock.now)
        let consent = Consent(
            id: ConsentID(7), quoted: quoted.id, quoting: try theURI("https://oslo.example/posts/2"),
            quoter: ActorID(2), createdAt: clock.now)
        let written = QuoteOut.stamp(
            consent, of: quoted, by: author, at: try theURI("https://lima.example/consents/7"))
        for name in ["id", "type", "attributedTo", "interactingObject", "interactionTarget"] {
            #expect(written[name] == example[name], "\(name)")
        }
        #expect(written.object?.names.count == 6)
    }

    @Test("quotes and policies are read in every way in which software writes them")
    func forms() throws {
        let ada = try author()
        for form in try #require(try Vectors.json("quote/forms.json").array) {
            var json = try #require(form["object"]?.object)
            json["id"] = "https://oslo.example/posts/2"
            let object = try ASObject(.object(json))
            #expect(QuoteIn.uri(object)?.string == form["quotes"]?.string, "\(form["name"] ?? .null)")
            let policy = form["policy"]?.string ?? "nobody"
            #expect("\(QuoteIn.policy(object, by: ada))" == policy, "\(form["name"] ?? .null)")
        }
    }
}
