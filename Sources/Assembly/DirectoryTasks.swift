import Directory
import Domain
import FoundationEssentials
import JSON
public import Logging
import Storage
import Surface

/// What a directory's administrator does from the command line, also while the directory runs.
public struct DirectoryTasks: Sendable {
    private let directory: DirectoryServer
    private let store: any Store

    public init(settings: Settings, logger: Logger) async throws {
        directory = try await DirectoryServer(settings: settings, logger: logger)
        store = directory.store
    }

    /// A new invitation's code.
    public func invite() async throws -> String { try await directory.registrar.invite() }

    /// One line for each node: state, fingerprint, authority, name, and the entity whose log it reads.
    public func nodes() async throws -> [String] {
        try await store.read { try $0.members() }.map { member in
            let state =
                switch member.state {
                case .asking: "asking  "
                case .admitted: "admitted"
                case .removed: "removed "
                }
            let entity = member.entity.isEmpty ? "" : "  (\(member.entity))"
            return "\(state)  \(Fingerprint.of(member.key))  \(member.authority)  \(member.name)\(entity)"
        }
    }

    /// Admits the node that asks with this fingerprint; answers its authority.
    public func approve(fingerprint: String) async throws -> String {
        try await say { try await directory.registrar.approve(fingerprint: fingerprint).authority }
    }

    public func remove(node authority: String) async throws {
        try await say { try await directory.registrar.remove(node: authority) }
    }

    /// Has a directory that was brought back from a copy go on beyond what is lost (``Resumption``).
    public func resume() async throws {
        try await say { try await Resumption.resume(store, at: Date()) }
    }

    /// Makes a person a leaver on every node.
    public func dismiss(handle text: String) async throws {
        guard let handle = Handle(text) else {
            throw SettingsFault("\"\(text)\" is not a handle such as ada@example")
        }
        try await say { try await directory.registrar.dismiss(handle) }
    }

    private func say<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let refusal as Refusal {
            throw SettingsFault(Problem(refusal).message)
        }
    }
}
