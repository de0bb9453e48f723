import Domain
import FoundationEssentials

/// Whose followers are yet to be compared, and with which nodes that is done now: a few at once, one actor of each, in turns.
/// So a node that hangs holds up its own, and is then left out for a while.
struct ComparisonBook {
    /// What an actor's node said of their followers, in a signed field.
    struct Claim: Sendable {
        var actor: Actor
        var field: String

        var node: String { actor.uri.authority }
    }

    static let lanes = 8
    static let mostPerNode = 100
    static let most = 5000
    /// Seconds for which a node that took too long is left out.
    static let pause: Double = 600

    private var waiting: [String: [Claim]] = [:]
    /// Nodes of which something waits, and that are not busy.
    private var turns: [String] = []
    private var busy: Set<String> = []
    /// Until when a node is left out.
    private var silent: [String: Date] = [:]
    private var count = 0

    /// Notes what was said, in the place of what was said before of the same actor; not of a node that is left out, and not
    /// where there is no room.
    mutating func add(_ claim: Claim, at now: Date) {
        if let end = silent[claim.node], end > now { return }
        if let place = waiting[claim.node]?.firstIndex(where: { $0.actor.id == claim.actor.id }) {
            waiting[claim.node]?[place] = claim
            return
        }
        let own = waiting[claim.node]?.count ?? 0
        guard own < Self.mostPerNode, count < Self.most else { return }
        if own == 0, !busy.contains(claim.node) { turns.append(claim.node) }
        waiting[claim.node, default: []].append(claim)
        count += 1
    }

    /// What is to be compared next; nil where there is nothing, or enough are at it.
    mutating func start() -> Claim? {
        guard busy.count < Self.lanes, let node = turns.first, let claim = waiting[node]?.first else {
            return nil
        }
        turns.removeFirst()
        busy.insert(node)
        count -= 1
        waiting[node]?.removeFirst()
        if waiting[node]?.isEmpty ?? true { waiting[node] = nil }
        return claim
    }

    /// It is done, or the node took too long for it: then what else waits of it is forgotten, and said again in time.
    mutating func end(_ node: String, isTooSlow: Bool, at now: Date) {
        busy.remove(node)
        if isTooSlow {
            count -= waiting.removeValue(forKey: node)?.count ?? 0
            silent = silent.filter { $0.value > now }
            silent[node] = now + Self.pause
        }
        if waiting[node] != nil { turns.append(node) }
    }
}
