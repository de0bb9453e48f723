import Domain
import Foundation
@testable import Storage
import Support
import Testing

@Suite("Notifications")
struct NotificationsTests {
    /// Notes every form of a statement that it is given.
    private final class Forms: SQLConnection {
        private let connection: any SQLConnection
        private(set) var seen: Set<String> = []

        init(_ connection: any SQLConnection) { self.connection = connection }

        var dialect: Dialect { connection.dialect }

        func run(_ sql: String, _ values: [SQLValue]) throws -> Int {
            seen.insert(sql)
            return try connection.run(sql, values)
        }

        func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Bool) throws {
            seen.insert(sql)
            try connection.rows(sql, values, body)
        }

        func tell(_ word: String) throws { try connection.tell(word) }
    }

    @Test(
        "however many are asked for, of whatever kinds, statements have few forms", arguments: Engine.atHand)
    func forms(engine: Engine) async throws {
        let store = try TestStore(engine)
        let (ada, boris) = (ActorID(1), ActorID(2))
        let kinds = Domain.Notification.Kind.allCases
        try await store.write { transaction in
            for number: Int64 in 1...400 {
                try transaction.insert(
                    Domain.Notification(
                        id: NotificationID(number), person: ada, kind: kinds[Int(number) % kinds.count],
                        actor: boris, post: PostID(number),
                        createdAt: Date(timeIntervalSince1970: 1_800_000_000)))
            }
        }
        let (count, forms) = try await store.read { transaction in
            let noted = Forms(transaction.connection)
            let own = Transaction(connection: noted)
            var most = 0
            for limit in 1...100 {
                let page = Page(since: 0, limit: limit)
                most = max(most, try own.notificationGroups(of: ada, grouped: [], page).count)
                let some = Array(kinds.prefix(1 + limit % kinds.count))
                _ = try own.notificationGroups(of: ada, kinds: some, page)
            }
            return (most, noted.seen.count)
        }
        #expect(count == 100)
        // Six lengths of the list of kinds, and six of that of posts.
        #expect(forms <= 12)
    }
}
