public import Domain
public import FoundationEssentials
public import Storage

/// What an author sees of an announcement: totals of every node, and names only where policy tells them.
public struct AnnouncementBoard: Sendable {
    private let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// One announcement's figures.
    public struct View: Sendable {
        public var total: AnnouncementProgress
        /// This node first.
        public var nodes: [AnnouncementProgress]
        /// Nodes of the organisation that have reported nothing yet.
        public var silent: [String]
        public var names: [(handle: String, at: Date)]
    }

    /// - Throws: ``Refusal/notFound(_:)`` for anyone but the author and the administrators of this node.
    public func read(
        _ id: PostID, for person: ActorID, in transaction: Transaction
    ) throws -> (Announcement, View) {
        guard let post = try transaction.post(id), post.deletedAt == nil,
            case .announcement(let announcement) = post.body, try transaction.isLocal(post.author),
            try post.author == person || transaction.login(of: person)?.isAdministrator == true
        else { throw Refusal.notFound("Record") }
        let own = needs.addresses.authority
        let (nodes, silent) = try Self.figures(of: post, needs: needs, in: transaction)
        let total = AnnouncementProgress(
            node: "", sequence: 0, targeted: nodes.reduce(0) { $0 + $1.targeted },
            reached: nodes.reduce(0) { $0 + $1.reached },
            acknowledged: nodes.reduce(0) { $0 + $1.acknowledged })
        let named = try transaction.acknowledgers(of: id, includesOwn: needs.namesReaders)
        let actors = Dictionary(
            try transaction.actors(named.map(\.person)).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let names = named.compactMap { entry in
            actors[entry.person].map { (handle: "\($0.name)@\($0.host ?? own)", at: entry.at) }
        }
        return (
            announcement,
            View(total: total, nodes: nodes, silent: silent, names: names)
        )
    }

    /// The totals of this node and of those that reported, and which nodes of the organisation did not.
    static func figures(
        of post: Post, needs: Needs, in transaction: Transaction
    ) throws -> (nodes: [AnnouncementProgress], silent: [String]) {
        let own = needs.addresses.authority
        let nodes =
            try [transaction.ownProgress(of: post.id, node: own)] + transaction.reportedProgress(of: post.id)
        guard post.audience == .organisation else { return (nodes, []) }
        let heard = Set(nodes.map(\.node))
        let members = try transaction.members().filter { $0.isAdmitted(at: needs.now()) }.map(\.authority)
        return (nodes, members.filter { !heard.contains($0) })
    }
}
