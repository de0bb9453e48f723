public import Domain
import Storage

/// A story over several offices; what every one of them sets up and looks at, in the words that they share.
public protocol Journey {
    var clock: TestClock { get }
    var network: FakeNetwork { get }
}

extension Journey {
    /// Oslo, Lima and Pune, which know nothing of each other.
    public func threeOffices(
        policy: FederationPolicy = .open, namesReaders: Bool = false
    ) async throws -> Offices {
        try await Offices(network: network, clock: clock, policy: policy, namesReaders: namesReaders)
    }

    /// Two offices alone: Carmen of Lima follows Ada of Oslo.
    public func twoOffices() async throws -> (oslo: TestNode, lima: TestNode, ada: Actor, carmen: Actor) {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let carmen = try await Cast.welcome("carmen", to: lima)
        try await lima.follow("ada@\(Cast.oslo)", by: carmen)
        try await settle([oslo, lima])
        return (oslo, lima, ada, carmen)
    }

    // MARK: What is seen on a node

    /// A post as a node has it, which may be another's than its own.
    public func copy(_ post: Post, on node: TestNode) async throws -> Post {
        guard let copy = try await node.store.read({ try $0.post(post.uri) }) else {
            throw Refusal.notFound("Post")
        }
        return copy
    }

    /// What a node calls a post.
    public func id(_ post: Post, on node: TestNode) async throws -> PostID {
        guard let id = try await node.store.read({ try $0.postID(post.uri) }) else {
            throw Refusal.notFound("Post")
        }
        return id
    }

    /// The posts at somebody's home, newest first.
    public func home(_ person: Actor, on node: TestNode) async throws -> [ObjectURI] {
        try await timeline(person, on: node).map(\.uri)
    }

    /// Their texts.
    public func texts(of person: Actor, on node: TestNode) async throws -> [String] {
        try await timeline(person, on: node).map(\.content)
    }

    /// What somebody was told, newest first.
    public func kinds(_ person: Actor, on node: TestNode) async throws -> [Notification.Kind] {
        try await node.store.read { try $0.notifications(of: person.id, Page(limit: 400)).map(\.kind) }
    }

    /// How often somebody was told of one kind of thing.
    public func count(_ kind: Notification.Kind, of person: Actor, on node: TestNode) async throws -> Int {
        try await node.store.read {
            try $0.notifications(of: person.id, kinds: [kind], Page(limit: 400)).count
        }
    }

    private func timeline(_ person: Actor, on node: TestNode) async throws -> [Post] {
        try await node.store.read { try $0.timeline(.home, for: .person(person.id), Page(limit: 40)) }
    }
}
