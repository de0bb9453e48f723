import Domain
@testable import Federation
import Foundation
import Social
import Storage
import Support
import Testing

@Suite("Traces")
struct TraceTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    func sent(to host: String) -> [String?] {
        network.sent.filter { $0.method == "POST" && $0.url.authority == host }
            .map { request in request.fields.first { $0.name == Span.field }?.value }
    }

    @Test("a delivery to one of our own nodes names its trace, one to a stranger's does not")
    func own() async throws {
        let offices = try await threeOffices()
        let (oslo, lima, pune, ada) = (offices.oslo, offices.lima, offices.pune, offices.ada)
        try await oslo.admit(Cast.lima)
        try await offices.followAda()
        let before = (sent(to: Cast.lima).count, sent(to: Cast.pune).count)
        let post = try await oslo.post("Hello", by: ada, for: .anyone)
        try await settle([oslo, lima, pune])
        let trace = Trace(of: oslo.needs.addresses.activity(ActivityID(post.id.raw)))
        let field = try #require(sent(to: Cast.lima).dropFirst(before.0).first ?? nil)
        #expect(field.hasPrefix("00-\(trace.id)-"))
        #expect(Span(field: field)?.field(trace).value == field)
        #expect(sent(to: Cast.pune).dropFirst(before.1) == [nil])
    }

    @Test(
        "a field that is not of version 00 names no request",
        arguments: [
            "", "00", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b\n-01",
        ])
    func malformed(field: String) { #expect(Span(field: field) == nil) }

    @Test("the field of the standard's own example is read")
    func example() {
        #expect(
            Span(field: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")?.id == "00f067aa0ba902b7")
    }
}
