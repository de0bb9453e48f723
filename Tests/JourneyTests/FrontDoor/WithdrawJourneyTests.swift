import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Ada in Oslo writes to Boris there and Carmen in Lima, and takes it back.
@Suite("Messages that are taken back")
struct WithdrawJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "whoever a message was for hears that it is gone, here and elsewhere, once; nobody else hears anything"
    )
    func streams() async throws {
        let stage = try await QuoteStage(network, clock)
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let colin = try await Cast.welcome("colin", to: stage.lima)
        // A blocked person is not told of it either.
        let blocked = try await Cast.welcome("fiona", to: stage.oslo)
        let message = try await stage.oslo.publish.publish(
            Draft(text: "@boris @fiona @carmen@\(Cast.lima) psst", audience: .direct), by: stage.ada.id)
        let open = try await stage.oslo.publish.publish(
            Draft(text: "@boris for everyone", audience: .anyone), by: stage.ada.id)
        try await stage.settleAll()
        _ = try await BlockActor(needs: stage.oslo.needs).block(blocked.id, by: stage.ada.id)
        try await stage.settleAll()
        let (oslo, lima) = (try FrontDoor(stage.oslo), try FrontDoor(stage.lima))
        let (path, everyone) = ("/api/v1/streaming/user", "/api/v1/streaming/public")
        var here: [(path: String, caller: FrontDoor.Caller)] = []
        for person in [stage.ada, stage.boris, astrid, blocked] {
            here.append((path, try await oslo.signIn(person)))
        }
        here.append((everyone, try await oslo.signIn(astrid)))
        let there = [
            (path: path, caller: try await lima.signIn(stage.carmen)),
            (path: path, caller: try await lima.signIn(colin)),
            (path: everyone, caller: try await lima.signIn(colin)),
        ]
        let (inOslo, (inLima, copy)) = try await oslo.listen(here) {
            try await lima.listen(there) {
                let copy = try await stage.lima.store.read { try $0.postID(message.uri) }
                for post in [message, open] {
                    _ = try await Withdraw(needs: stage.oslo.needs).withdraw(post.id, by: stage.ada.id)
                }
                try await stage.settleAll()
                return copy
            }
        }
        let gone = "event: delete\ndata: \(message.id)\n\n"
        let goneThere = "event: delete\ndata: \(try #require(copy))\n\n"
        #expect(inOslo.map { $0.components(separatedBy: gone).count - 1 } == [1, 1, 0, 0, 0])
        #expect(inLima.map { $0.components(separatedBy: goneThere).count - 1 } == [1, 0, 0])
        // What everyone might read goes as it did, once to each.
        let listed = "event: delete\ndata: \(open.id)\n\n"
        #expect(inOslo.map { $0.components(separatedBy: listed).count - 1 } == [1, 1, 0, 0, 1])
        // Nobody can say any more whom it was for.
        for (node, uri) in [(stage.oslo, message.uri), (stage.lima, message.uri)] {
            let named = try await node.store.read { transaction in
                try transaction.postID(uri).map { try transaction.recipients(of: $0) }
            }
            #expect(named == [])
        }
    }
}
