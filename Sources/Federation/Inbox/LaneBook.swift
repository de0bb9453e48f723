import Domain

/// Whose activities wait for the network now, and whose turn was looked past because every lane is taken: no signer waits
/// for another's errand, however many of them came first.
struct LaneBook {
    enum Turn { case started, passed, full }

    static let lanes = 16
    /// Of these, for the people of one node: whoever makes us wait makes their own wait.
    static let lanesPerNode = 8
    static let mostPassed = 1000

    private var busy: [ActorID: String] = [:]
    /// In the order in which they came.
    private var passed: [(signer: ActorID, host: String)] = []

    /// Those at whom nothing is to be looked at now.
    var signers: [ActorID] { Array(busy.keys) + passed.map(\.signer) }

    /// Takes a lane for a signer of a node, or else notes that their turn was looked past.
    mutating func start(_ signer: ActorID, of host: String) -> Turn {
        guard busy[signer] == nil, isFree(for: host) else {
            guard passed.count < Self.mostPassed, !passed.contains(where: { $0.signer == signer }) else {
                return .full
            }
            passed.append((signer, host))
            return .passed
        }
        busy[signer] = host
        return .started
    }

    /// Gives a lane back: it is the turn of whoever waits longest for one.
    mutating func end(_ signer: ActorID) {
        busy[signer] = nil
        if let next = passed.firstIndex(where: { isFree(for: $0.host) }) { passed.remove(at: next) }
    }

    /// Forgets who was looked past, where there is a lane for one of them; false where there is none.
    mutating func lookAgain() -> Bool {
        guard passed.contains(where: { isFree(for: $0.host) }) else { return false }
        passed = []
        return true
    }

    private func isFree(for host: String) -> Bool {
        busy.count < Self.lanes && busy.values.count { $0 == host } < Self.lanesPerNode
    }
}
