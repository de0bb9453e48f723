import Domain
import Foundation
import Social
@testable import Storage
import Support
import Testing

/// Reports about what is written in groups, for the moderators of its author's node.
@Suite("Groups: reports to other offices")
struct GroupReportTests {
    /// Somebody reports a post, and its author's node is told.
    func report(_ post: Post, by person: Actor, on node: TestNode) async throws {
        let copy = try #require(await node.store.read { try $0.post(post.uri) })
        let report = try await ReportActor(needs: node.needs).report(
            copy.author, posts: [copy.id], comment: "Look", isForwarded: true, by: person.id)
        #expect(report.posts == [copy.id])
    }

    func kept(on node: TestNode) async throws -> Report? {
        try await node.store.read { transaction in
            let id = try transaction.number("/* all */ SELECT COALESCE(MAX(id), 0) FROM report")
            return try transaction.report(ReportID(Int64(id)))
        }
    }

    @Test("a report about a group's post comes with the post, also where the group's members are not known")
    func closedGroup() async throws {
        let stage = try await GroupStage(.closed)
        for (person, node) in [(stage.carmen, stage.lima), (stage.chidi, stage.pune)] {
            try await stage.decide(.invite, about: person, by: stage.ada)
            try await stage.settleAll()
            try await stage.join(person, on: node)
            try await stage.settleAll()
        }
        let post = try await stage.post("Nobody reads this", by: stage.ada, on: stage.oslo)
        let other = try await stage.post("Nor this", by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        try await report(post, by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        let oslo = try #require(await kept(on: stage.oslo))
        #expect(oslo.target == stage.ada.id && oslo.posts == [post.id])
        // Lima does not know that Chidi belongs.
        try await report(other, by: stage.chidi, on: stage.pune)
        try await stage.settleAll()
        let lima = try #require(await kept(on: stage.lima))
        #expect(lima.target == stage.carmen.id && lima.posts == [other.id])
    }
}
