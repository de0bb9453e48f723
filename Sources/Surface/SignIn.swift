public import Domain
public import FoundationEssentials
import Signatures
public import Storage

/// Checks passwords and hands out tokens.
public struct SignIn: Sendable {
    private let store: any Store
    private let now: @Sendable () -> Date
    private let throttle: Throttle?

    /// `isLimited`: whether attempts are counted, by where they come from and by name (N106).
    public init(store: any Store, isLimited: Bool, now: @escaping @Sendable () -> Date) {
        self.store = store
        self.now = now
        throttle = isLimited ? Throttle(capacity: 20, period: .seconds(600)) : nil
    }

    /// The person with that name or e-mail address and that password.
    ///
    /// - Throws: ``Refusal/notAuthenticated(because:)``, the same for an unknown name as for a wrong password.
    public func person(named name: String, password: String, from network: String) async throws -> ActorID {
        try throttle?.take("from \(network)", at: now())
        try throttle?.take("for \(name.lowercased())", at: now())
        let login = try await store.read { transaction -> Login? in
            guard let login = try transaction.login(named: name),
                try transaction.actor(login.person)?.state == .active
            else { return nil }
            return login
        }
        // Hashing takes its time whether or not the name exists, and off the request loop.
        let hash = login?.passwordHash ?? Self.nobody
        let isRight = await Task.detached { Password.verify(password, against: hash) }.value
        guard isRight, let login else {
            throw Refusal.notAuthenticated(because: "The name or the password is wrong")
        }
        return login.person
    }

    /// Counts a newcomer against the network they come from.
    public func countNewcomer(from network: String) throws(Refusal) {
        try throttle?.take("new \(network)", at: now())
    }

    /// A new token; the word is told once and never stored.
    public func issue(_ token: Token) async throws -> String {
        let word = RandomBytes.word()
        try await store.write { try $0.insert(token, hash: Digest.sha256(word.utf8)) }
        return word
    }

    /// A hash that no password has.
    private static let nobody =
        "scrypt$15$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
}
