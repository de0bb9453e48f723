public import FoundationEssentials
public import JSON
import Signatures

/// The documents of the directory are JSON with FEP-8b32 proofs, as everything else that is signed here.
public struct Seal: Sendable {
    private let add: @Sendable (JSONValue) async throws -> JSONValue

    /// - Parameter add: adds the proof of the key that speaks: the directory's, or a node's own.
    public init(add: @escaping @Sendable (JSONValue) async throws -> JSONValue) { self.add = add }

    public func sign(_ document: JSONValue) async throws -> JSONValue { try await add(document) }

    /// Checks a document against the one key it may be signed with.
    ///
    /// - Throws: ``DirectoryFault/badSignature(_:)``.
    public static func check(_ document: JSONValue, by multikey: String, now: Date) throws(DirectoryFault) {
        do {
            try ObjectProof.verify(document, by: Multikey.decode(multikey), now: now)
        } catch {
            throw .badSignature("\(error)")
        }
    }
}

/// Why something of the directory is not believed.
public enum DirectoryFault: Error, Equatable, Sendable {
    case badSignature(String)
    case malformed(String)
    /// Older than what was seen before (N109).
    case rollback(String)
    /// It says something else about the past than before (N109).
    case fork(String)
    case expired
    /// Not within what the signer may say (N110).
    case outsideConstraint(String)
}
