public import Domain

/// Three offices on one network, and in each the colleague whom most journeys follow. Whom a journey needs besides, it
/// welcomes itself.
public struct Offices: Sendable {
    public let oslo: TestNode
    public let lima: TestNode
    public let pune: TestNode
    /// Of Oslo.
    public let ada: Actor
    /// Of Lima.
    public let carmen: Actor
    /// Of Pune.
    public let chidi: Actor

    public var nodes: [TestNode] { [oslo, lima, pune] }

    /// Opens the offices: nobody follows anybody, and no office takes another for a member.
    public init(
        network: FakeNetwork, clock: TestClock, policy: FederationPolicy = .open, namesReaders: Bool = false
    ) async throws {
        func open(_ authority: String) async throws -> TestNode {
            try await TestNode(
                authority, network: network, clock: clock, policy: policy, namesReaders: namesReaders)
        }
        oslo = try await open(Cast.oslo)
        lima = try await open(Cast.lima)
        pune = try await open(Cast.pune)
        ada = try await Cast.welcome("ada", to: oslo)
        carmen = try await Cast.welcome("carmen", to: lima)
        chidi = try await Cast.welcome("chidi", to: pune)
    }

    /// Each office has the directory's word that the others belong; it holds for some days.
    public func admitAll(days: Double = 1) async throws {
        for node in nodes {
            for other in nodes where other.authority != node.authority {
                try await node.admit(other.authority, days: days)
            }
        }
    }

    /// Carmen and Chidi follow Ada, and so do others of their offices.
    public func followAda(and others: [(TestNode, Actor)] = []) async throws {
        for (node, person) in [(lima, carmen), (pune, chidi)] + others {
            try await node.follow("ada@\(Cast.oslo)", by: person)
        }
        try await settle(nodes)
    }
}

/// A stage on which more stands than the three offices; what they have is at hand as its own.
@dynamicMemberLookup
public protocol OfficeStage {
    var offices: Offices { get }
}

extension OfficeStage {
    public subscript<Value>(dynamicMember path: KeyPath<Offices, Value>) -> Value { offices[keyPath: path] }
}
