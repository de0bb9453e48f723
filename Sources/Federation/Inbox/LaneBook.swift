import Domain

/// Whose activities wait for the network now, and whose turn was looked past because every lane is taken: no signer waits
/// for another's errand, however many of them came first.
struct LaneBook {
    enum Turn { case started, passed, full }

    static let lanes = 16
    /// Of these, for the people of one node: whoever makes us wait makes their own wait.
    static let lanesPerNode = 8
    static let mostPassed = 1000
    /// Of these, of one node. Of one of which more wait, the others are looked past as a whole.
    static let mostPassedPerNode = 500
    static let mostNodes = 500

    private var busy: [ActorID: String] = [:]
    /// In the order in which they came.
    private var passed: [(signer: ActorID, host: String)] = []
    /// The nodes of whose people nothing is to be looked at now.
    private(set) var nodes: [String] = []
    /// Whether a lane that is given back next is for a node that was looked past as a whole.
    private var isNodesTurn = false

    /// Those at whom nothing is to be looked at now.
    var signers: [ActorID] { Array(busy.keys) + passed.map(\.signer) }

    /// Takes a lane for a signer of a node, or else notes that their turn, or their node's, was looked past.
    mutating func start(_ signer: ActorID, of host: String) -> Turn {
        guard busy[signer] == nil, isFree(for: host) else { return pass(signer, of: host) ? .passed : .full }
        busy[signer] = host
        return .started
    }

    /// Gives a lane back: by turns to a node of which nobody has a lane or waits by name, and to whoever waits longest; and
    /// to a node when none of its own wait any more.
    mutating func end(_ signer: ActorID) {
        let host = busy.removeValue(forKey: signer)
        isNodesTurn.toggle()
        if let node = nodes.firstIndex(where: { $0 == host }), !passed.contains(where: { $0.host == host }) {
            nodes.remove(at: node)
        } else if isNodesTurn, let node = nodes.firstIndex(where: { isForgotten($0) }) {
            nodes.remove(at: node)
        } else if let next = passed.firstIndex(where: { isFree(for: $0.host) }) {
            passed.remove(at: next)
        } else if let node = nodes.firstIndex(where: { isFree(for: $0) }) {
            nodes.remove(at: node)
        }
    }

    /// Forgets who was looked past, where there is a lane for one of them; false where there is none.
    mutating func lookAgain() -> Bool {
        guard passed.contains(where: { isFree(for: $0.host) }) || nodes.contains(where: { isFree(for: $0) })
        else { return false }
        (passed, nodes) = ([], [])
        return true
    }

    private func isFree(for host: String) -> Bool {
        busy.count < Self.lanes && busy.values.count { $0 == host } < Self.lanesPerNode
    }

    /// Whether nobody of a node has a lane or is noted, so that no end of theirs would remind of it.
    private func isForgotten(_ host: String) -> Bool {
        isFree(for: host) && !busy.values.contains(host) && !passed.contains { $0.host == host }
    }

    /// False where nothing more can be noted, or it was noted before.
    private mutating func pass(_ signer: ActorID, of host: String) -> Bool {
        guard !nodes.contains(host), !passed.contains(where: { $0.signer == signer }) else { return false }
        guard passed.count(where: { $0.host == host }) < Self.mostPassedPerNode else { return skip(host) }
        if passed.count >= Self.mostPassed {
            // The room is taken from whoever takes most of it.
            let shares = passed.reduce(into: [String: Int]()) { $0[$1.host, default: 0] += 1 }
            guard let most = shares.max(by: { $0.value < $1.value })?.key, skip(most) else { return false }
            passed.removeAll { $0.host == most }
            guard most != host else { return true }
        }
        passed.append((signer, host))
        return true
    }

    private mutating func skip(_ host: String) -> Bool {
        guard !nodes.contains(host) else { return true }
        guard nodes.count < Self.mostNodes else { return false }
        nodes.append(host)
        return true
    }
}
