public import Domain
import FoundationEssentials
import Storage
import Synchronization

/// Notes whom an announcement was shown to, which alone is what "reached" says (Spec/features/announcement.md §3). What is
/// told of it is totals.
///
/// Reading waits for no writing: see ``NoteAway``. What is lost with its process is noted when it is shown again.
public final class NoteShown: Sendable {
    private struct Sight: Hashable {
        var post: PostID
        var person: ActorID
    }

    private let needs: Needs
    private let waiting = Mutex<[Sight: Date]>([:])

    public init(needs: Needs) { self.needs = needs }

    /// Takes in that announcements are on a page that goes to a person. Those that are not for them do no harm.
    public func see(_ announcements: [PostID], by person: ActorID) {
        guard !announcements.isEmpty else { return }
        let now = needs.now()
        remember(
            Dictionary(announcements.map { (Sight(post: $0, person: person), now) }) { first, _ in first })
    }

    /// Writes what is remembered, and has it counted; what cannot be written stays.
    public func drain() async throws {
        let sights = waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        guard !sights.isEmpty else { return }
        do {
            try await needs.store.write { [needs] transaction in
                var changed: Set<PostID> = []
                for (sight, date) in sights
                where try transaction.markShown(sight.post, to: sight.person, at: date) {
                    changed.insert(sight.post)
                }
                for post in changed.sorted() {
                    try transaction.append(
                        .announcementCounted(
                            post, sequence: transaction.countChange(of: post, at: needs.now())))
                }
            }
        } catch {
            remember(sights)
            throw error
        }
    }

    private func remember(_ sights: [Sight: Date]) {
        waiting.withLock { $0.merge(sights) { min($0, $1) } }
    }
}
