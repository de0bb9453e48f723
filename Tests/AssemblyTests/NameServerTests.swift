@testable import Assembly
import Domain
import Federation
import Storage
import Support
import Testing

@Suite("Name servers")
struct NameServerTests {
    func guardian(_ lookUp: @escaping @Sendable (String) async throws -> [IPAddress]) throws -> AddressGuard {
        var guardian = AddressGuard(
            allowedRanges: [AddressRange("127.0.0.0/8")].compactMap { $0 }, allowsInsecure: true,
            store: try SQLiteStore(path: nil), directory: nil)
        guardian.lookUp = lookUp
        return guardian
    }

    @Test(
        "a name whose server is silent is given up, though nothing can make the resolver give up",
        .timeLimit(.minutes(10)))
    func silent() async throws {
        var guardian = try guardian { _ in
            // As getaddrinfo: deaf to cancellation, and here for ever.
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return []
        }
        guardian.patience = .milliseconds(20)
        await #expect(throws: ExchangeFault.unreachable("no name server answers for mute.example")) {
            try await guardian.address(for: theURI("http://mute.example/"))
        }
        guardian.patience = .seconds(600)
        let waiting = Task { [guardian] in try await guardian.address(for: theURI("http://mute.example/")) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("an answer is an answer, and no is no")
    func answers() async throws {
        let found = try guardian { _ in [IPAddress("127.0.0.1")].compactMap { $0 } }
        #expect(try await found.address(for: theURI("http://a.example/")) == IPAddress("127.0.0.1"))
        let none = try guardian { host in throw ExchangeFault.unreachable("\(host) cannot be resolved") }
        await #expect(throws: ExchangeFault.unreachable("a.example cannot be resolved")) {
            try await none.address(for: theURI("http://a.example/"))
        }
    }
}
