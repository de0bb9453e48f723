import Testing

@testable import Assembly

@Suite("Visitors behind a proxy")
struct VisitorMiddlewareTests {
    let middleware = VisitorMiddleware(
        trusted: ["127.0.0.0/8", "10.0.0.0/8"].compactMap { AddressRange($0) })

    @Test(
        "the last address that is no trusted proxy's is the visitor's",
        arguments: [
            ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", ["6.6.6.6", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("127.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("127.0.0.1", ["2001:db8::7"], "2001:db8::7"),
            ("127.0.0.1", ["nonsense"], "127.0.0.1"),
            ("127.0.0.1", [], "127.0.0.1"),
            ("198.51.100.9", ["6.6.6.6"], "198.51.100.9"),
            ("unknown", ["6.6.6.6"], "unknown"),
        ])
    func visitor(connected: String, named: [String], expected: String) {
        #expect(middleware.visitor(from: connected, named: named) == expected)
    }
}
