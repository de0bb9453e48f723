public import Domain
public import Foundation
import Social
import Storage
import Synchronization

/// The people of the tests, and the offices they work in.
public enum Cast {
    public static let oslo = "oslo.example"
    public static let lima = "lima.example"
    public static let pune = "pune.example"

    /// Makes a person on a node.
    @discardableResult
    public static func welcome(_ name: String, to node: TestNode, isLocked: Bool = false) async throws
        -> Actor
    {
        var newcomer = People.Newcomer(
            name: name, displayName: name.capitalized, email: "\(name)@\(node.authority)",
            passwordHash: "none",
            isAdministrator: false)
        newcomer.work.department = "Research"
        let actor = try await node.people.welcome(newcomer)
        guard isLocked else { return actor }
        var changes = People.Changes()
        changes.isLocked = true
        return try await node.people.change(actor.id, changes)
    }
}

/// A clock that stands until it is told to go on.
public final class TestClock: Sendable {
    private let date: Mutex<Date>

    public init(_ date: Date = Date(timeIntervalSince1970: 1_800_000_000)) { self.date = Mutex(date) }

    public var now: Date { date.withLock { $0 } }

    public func advance(_ seconds: Double) { date.withLock { $0 += seconds } }
}

/// A handle or URI that a test has written wrongly.
public struct NoSuchName: Error {
    let text: String
}

/// Reads a handle that must be one.
public func theHandle(_ text: String) throws -> Handle {
    guard let handle = Handle(text) else { throw NoSuchName(text: text) }
    return handle
}

/// Reads a URI that must be one.
public func theURI(_ text: String) throws -> ObjectURI {
    guard let uri = ObjectURI(text) else { throw NoSuchName(text: text) }
    return uri
}
