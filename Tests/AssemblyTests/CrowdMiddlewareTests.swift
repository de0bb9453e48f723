import Testing

@testable import Assembly

@Suite("Crowds")
struct CrowdMiddlewareTests {
    let crowd = Crowd(limit: 8, share: 4, networkShare: 5)

    @Test("whoever comes from one place takes a part, whatever names they give")
    func networks() {
        let taken = (0..<8).filter { crowd.enter("invented\($0).example", from: "198.51.100.7") }
        #expect(taken.count == 5)
        #expect(crowd.enter("lima.example", from: "203.0.113.1"))
        crowd.leave("invented0.example", from: "198.51.100.7")
        #expect(crowd.enter("invented9.example", from: "198.51.100.7"))
        #expect(!crowd.enter("invented10.example", from: "198.51.100.7"))
    }

    @Test("whoever gives one name takes a part, wherever they come from")
    func names() {
        let taken = (0..<8).filter { crowd.enter("loud.example", from: "198.51.100.\($0)") }
        #expect(taken.count == 4)
        #expect(crowd.enter("quiet.example", from: "198.51.100.0"))
    }

    @Test("a proxy that names nobody asks for many, and all together are bounded still")
    func proxies() {
        let taken = (0..<10).filter { crowd.enter("node\($0).example", from: nil) }
        #expect(taken.count == 8)
        for number in taken { crowd.leave("node\(number).example", from: nil) }
        #expect(crowd.enter("node.example", from: nil))
    }
}
