/// Which nodes are being delivered to, so that those that keep us waiting do not take the places of those that answer.
///
/// A node is proven once it has answered, until it is silent. Proven nodes have places of their own; whoever takes longer
/// than a quarter of a second over an answer waits in the others' places from then on, where there are many
/// (Spec/decisions/0081).
struct Lanes {
    /// Of nodes that answer in time; and of all others: those not known yet, and those that hang.
    static let promptAtOnce = 32
    static let othersAtOnce = 256
    /// Together, where nodes that answered hang all at once.
    static let mostAtOnce = 512
    private static let patience = Duration.milliseconds(250)
    /// Of how many nodes it is remembered that they answer.
    private static let memory = 10_000

    /// When each node that is being delivered to last answered, or was begun with.
    private var busy: [String: ContinuousClock.Instant] = [:]
    private var proven: Set<String> = []

    var count: Int { busy.count }

    /// Whether the node answered when it was last asked.
    func isProven(_ node: String) -> Bool { proven.contains(node) }

    /// Begins with those for which there is room, in their order. `isCrowded`: there was not room for all.
    mutating func start(
        _ nodes: [String], at now: ContinuousClock.Instant = .now
    ) -> (started: [String], isCrowded: Bool) {
        let prompt = busy.count { proven.contains($0.key) && now - $0.value < Self.patience }
        var room = (prompt: Self.promptAtOnce - prompt, others: Self.othersAtOnce - (busy.count - prompt))
        var (started, isCrowded) = ([String](), false)
        for node in nodes where busy[node] == nil {
            let isProven = proven.contains(node)
            guard busy.count < Self.mostAtOnce, (isProven ? room.prompt : room.others) > 0 else {
                isCrowded = true
                continue
            }
            if isProven { room.prompt -= 1 } else { room.others -= 1 }
            busy[node] = now
            started.append(node)
        }
        return (started, isCrowded)
    }

    /// What became of a round of requests to a node.
    mutating func note(_ node: String, hasAnswered: Bool, at now: ContinuousClock.Instant = .now) {
        guard hasAnswered else {
            proven.remove(node)
            return
        }
        if proven.count >= Self.memory { proven.removeAll() }
        proven.insert(node)
        if busy[node] != nil { busy[node] = now }
    }

    mutating func end(_ node: String) { busy[node] = nil }
}
