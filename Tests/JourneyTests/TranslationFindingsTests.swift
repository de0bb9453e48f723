import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Support
import Testing

@Suite("What fuzzing found in translations")
struct TranslationFindingsTests {
    let clock = TestClock(Date(timeIntervalSince1970: 1_777_700_000))

    @Test(
        "what fuzzing found is refused, or is read again as it is written",
        arguments: try Vectors.files(in: "fuzz/translation"))
    func found(path: String) async throws {
        let node = try await TestNode(Cast.pune, network: FakeNetwork(), clock: clock)
        let object = try ASObject(try Vectors.json(path))
        let uri = try theURI(try #require(object.uri("attributedTo")))
        let author = Actor(
            id: ActorID(9), uri: uri, kind: .person, name: "ada", host: uri.authority,
            endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: clock.now)
        let post: Post
        do {
            post = try PostIn(world: node.world).read(object, by: author).post
        } catch is Refusal { return }
        let written = PostOut(addresses: node.needs.addresses).write(post, by: author, context: true)
        let again = try PostIn(world: node.world).read(try ASObject(written), by: author).post
        #expect(again.content == post.content && again.body.title == post.body.title)
    }
}
