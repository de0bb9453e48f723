@testable import Assembly
import Domain
import Federation
import Foundation
import Storage
import Support
import Testing

@Suite("AddressGuard")
struct AddressGuardTests {
    func guardian(ranges: [String] = [], insecure: Bool = false) throws -> (AddressGuard, SQLiteStore) {
        let store = try SQLiteStore(path: nil)
        let allowed = ranges.compactMap { AddressRange($0) }
        return (
            AddressGuard(allowedRanges: allowed, allowsInsecure: insecure, store: store, directory: nil),
            store
        )
    }

    func member(_ authority: String, ranges: [String]) throws -> Member {
        Member(
            authority: authority, name: "", application: try theURI("https://\(authority)/actor"), entity: "",
            key: "",
            ranges: ranges, expiresAt: .distantFuture, state: .admitted, document: [])
    }

    @Test(
        "no address of this machine, this link or this network is connected to unasked (N69)",
        arguments: ["127.0.0.1", "10.0.0.5", "169.254.169.254", "0.0.0.0", "192.168.1.1"])
    func unasked(host: String) async throws {
        let (guardian, _) = try guardian()
        await #expect(throws: ExchangeFault.self) {
            try await guardian.address(for: theURI("https://\(host)/"))
        }
    }

    @Test("names that mean this machine are this machine (RFC 6761)")
    func localhost() async throws {
        let (guardian, _) = try guardian()
        await #expect(throws: ExchangeFault.self) {
            try await guardian.address(for: theURI("https://oslo.localhost/"))
        }
        let (trial, _) = try self.guardian(ranges: ["127.0.0.0/8"])
        #expect(
            try await trial.address(for: theURI("https://oslo.localhost:7001/")) == IPAddress("127.0.0.1"))
    }

    @Test("a member's declared range opens an inner address, and never loopback or the link (N69, N117)")
    func declared() async throws {
        let (guardian, store) = try guardian()
        let inner = try member("10.0.0.5", ranges: ["10.0.0.0/24"])
        let looped = try member("127.0.0.1", ranges: ["127.0.0.0/8"])
        let linked = try member("169.254.1.1", ranges: ["169.254.0.0/16"])
        try await store.write { transaction in
            for member in [inner, looped, linked] { try transaction.save(member) }
        }
        #expect(try await guardian.address(for: theURI("https://10.0.0.5/")) == IPAddress("10.0.0.5"))
        for host in ["127.0.0.1", "169.254.1.1", "10.0.1.5"] {
            await #expect(throws: ExchangeFault.self) {
                try await guardian.address(for: theURI("https://\(host)/"))
            }
        }
    }

    @Test("a port that is in no record is not connected to (N74), nor is plain http")
    func ports() async throws {
        let (guardian, store) = try guardian()
        await #expect(throws: ExchangeFault.self) {
            try await guardian.address(for: theURI("https://8.8.8.8:8443/"))
        }
        await #expect(throws: ExchangeFault.self) {
            try await guardian.address(for: theURI("http://8.8.8.8/"))
        }
        #expect(try await guardian.address(for: theURI("https://8.8.8.8/")) == IPAddress("8.8.8.8"))
        let known = try member("8.8.8.8:8443", ranges: [])
        try await store.write { try $0.save(known) }
        #expect(try await guardian.address(for: theURI("https://8.8.8.8:8443/")) == IPAddress("8.8.8.8"))
    }
}
