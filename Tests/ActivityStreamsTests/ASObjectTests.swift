import ActivityStreams
import JSON
import Support
import Testing

@Suite("ASObject")
struct ASObjectTests {
    @Test("every document of the AS2 test suite is read", arguments: try Vectors.names(in: "as2/documents"))
    func read(name: String) throws {
        _ = try ASObject(try Vectors.json(name))
    }

    @Test("there are 212 of them")
    func count() throws {
        #expect(try Vectors.names(in: "as2/documents").count == 212)
    }

    @Test(
        "documents that a strict reader may refuse are refused", arguments: try Vectors.names(in: "as2/fail"))
    func fail(name: String) throws {
        // A foreign context is legal JSON-LD, a name that is a map stands in the documents to be read, and whether
        // a well-formed language tag is also registered is not ours to judge.
        let lenient = ["other-context", "bad-character-set", "namemap-as-name", "invalid-language-tag"]
        guard !lenient.contains(where: name.contains) else { return }
        #expect(throws: (any Error).self) { try ASObject(try Vectors.json(name)) }
    }

    @Test(
        "contexts that change what names mean are refused (N36)",
        arguments: [
            #"{"@graph":[]}"#, #"{"@context":{"actor":"https://evil.example/x"}}"#, #"{"@reverse":{}}"#,
            #"{"@context":["https://www.w3.org/ns/activitystreams",{"object":"as:target"}]}"#,
            #"{"@context":{"x":"@graph"}}"#, #"{"@context":{"name":"@id"}}"#, #"{"@included":[]}"#,
        ])
    func alteredContext(text: String) throws {
        #expect(throws: ASFault.self) { try ASObject(try JSONParser.parse(text)) }
    }

    @Test("only the two media types of ActivityPub are taken (N39, N40)")
    func mediaTypes() {
        #expect(MediaType.isActivityStreams("application/activity+json; charset=utf-8"))
        #expect(
            MediaType.isActivityStreams(
                #"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#))
        for refused in ["text/html", "application/json", "text/plain", "application/ld+json", nil] {
            #expect(!MediaType.isActivityStreams(refused))
        }
    }
}
