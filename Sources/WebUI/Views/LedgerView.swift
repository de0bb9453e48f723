import Domain
import Storage
import Surface

/// How far a post has got, in a line for its author (Spec/features/post.md §7).
enum LedgerView {
    /// Offices that are named before the others are only counted.
    private static let mostNames = 3

    /// Nothing for everyone else, and for what goes to no other office.
    static func line(of post: Post, for person: ActorID, in transaction: Transaction) throws -> String? {
        guard try transaction.mayReadLedger(of: post, person) else { return nil }
        let totals = try transaction.ledgerTotals(of: post.id)
        let offices = totals.values.reduce(0, +)
        guard offices > 0 else { return nil }
        let delivered = totals[.delivered] ?? 0
        let start = "Delivered to \(delivered) of \(offices) \(offices == 1 ? "office" : "offices")"
        guard delivered < offices else { return "\(start)." }
        let open = try transaction.ledger(of: post.id, onlyOpen: true, limit: Self.mostNames)
        let names = open.map { "\($0.office) \(word($0.state))" }.joined(separator: ", ")
        let others = offices - delivered - open.count
        return "\(start): \(names)\(others > 0 ? " and \(others) more" : "")."
    }

    private static func word(_ state: Delivery.State) -> String {
        switch state {
        case .waiting: "is waited for"
        case .delivered: "has it"
        case .refused: "said no"
        case .expired: "did not answer for a week"
        }
    }
}
