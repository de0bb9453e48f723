import Domain
import Federation
import Foundation
import JSON
@testable import Storage
import Support
import Testing

@Suite("Activities that nothing here understands")
struct UnknownActivityTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("they are counted, and whatever their senders call them leaves no row")
    func counted() async throws {
        let (oslo, lima, ada, _) = try await twoOffices()
        try await lima.admit(Cast.oslo)
        func rows() async throws -> Int {
            try await lima.store.read { try $0.number("/* all */ SELECT COUNT(*) FROM unknown_activity") }
        }
        let before = try await rows()
        func activity(_ type: String, _ number: Int, of object: JSONValue) -> JSONValue {
            [
                "id": .string("\(ada.uri)/strange/\(number)"), "type": .string(type),
                "actor": .string(ada.uri.string), "object": object,
            ]
        }
        for batch in 0..<20 {
            let items = (0..<100).map { index in
                activity("Strange\(batch * 100 + index)", batch * 100 + index, of: .string(ada.uri.string))
            }
            try await send(items, from: oslo)
        }
        let inside: JSONValue = [
            "id": .string("\(ada.uri)/things/1"), "type": "Thing", "attributedTo": .string(ada.uri.string),
        ]
        try await send(
            [activity("Create", 2000, of: inside), activity("Update", 2001, of: inside)], from: oslo)
        try await lima.handleInbox()
        #expect(try await rows() == before)
        let figure = lima.world.counters.all.first { $0.name == "hallway_inbox_unknown_total" }
        #expect(figure?.value == 2002)
    }

    private func send(_ items: [JSONValue], from node: TestNode) async throws {
        let (code, _, _) = try await Errands(world: node.world).send(
            "POST", try theURI("https://\(Cast.lima)/inbox"),
            ["type": "OrderedCollection", "orderedItems": .array(items)])
        #expect(code == 202)
    }
}
