import Directory
import Domain
import Foundation
import JSON
import Signatures
import Storage
import Support
import Testing

@Suite("Membership")
struct MembershipTests {
    let clock = TestClock()

    @Test("what the directory gives as its reason is one line of the log")
    func reason() async throws {
        let key = Multikey.encode(try PrivateKey.makeEd25519().publicKey())
        let (clock, log) = (clock, LogBook())
        let membership = Directory.Membership(
            store: try TestStore(), ids: IDSource { clock.now },
            addresses: Addresses(base: try theURI("https://\(Cast.oslo)/")),
            directory: try theURI("https://org.example/"),
            enrolment: Directory.Membership.Enrolment(
                name: "Oslo", entity: "organisation", invitation: nil, ranges: []),
            seal: Seal { $0 },
            ask: { method, _, _ in
                guard method == "POST" else {
                    return (200, ["assertionMethod": [["publicKeyMultibase": .string(key)]]], nil)
                }
                let more = String(repeating: "!", count: 9000)
                return (403, ["error": .string("not yet\n2030-01-01T00:00:00Z notice: admitted\(more)")], nil)
            },
            wait: {}, changed: {}, consequences: Register.Consequences(), now: { clock.now },
            logger: log.logger)
        try await membership.synchronise()
        let line = try #require(log.lines.first { $0.hasPrefix("waiting to be admitted") })
        #expect(line.contains("not yet 2030"))
        #expect(!line.contains("\n") && line.count < 400)
    }
}
