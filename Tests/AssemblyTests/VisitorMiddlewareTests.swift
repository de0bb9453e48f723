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

    @Test(
        "visitors are counted by what cannot be had in any number",
        arguments: [
            ("198.51.100.7", "198.51.100.7", true), ("198.51.100.7", "198.51.100.8", false),
            ("198.51.100.7", "::ffff:198.51.100.7", true),
            ("2001:db8:1:2::7", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
            ("2001:db8:1:2::7", "2001:db8:1:3::7", false), ("unknown", "unknown", true),
        ])
    func networks(one: String, other: String, isSame: Bool) {
        #expect((IPAddress.network(of: one) == IPAddress.network(of: other)) == isSame)
    }

    @Test("a machine with many addresses holds no more lines than one with one")
    func lines() {
        let doors = Doors(share: 2, trusted: middleware.trusted)
        #expect(doors.enter("2001:db8::1") && doors.enter("2001:db8::2"))
        #expect(!doors.enter("2001:db8::3") && doors.enter("2001:db8:0:1::3"))
        for address in ["2001:db8::1", "2001:db8::3"] { doors.leave(address) }
        #expect(doors.enter("2001:db8::4"))
        for _ in 0..<3 { #expect(doors.enter("127.0.0.1")) }
    }
}
