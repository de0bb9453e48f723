public import Domain
public import FoundationEssentials

/// One row of an answer, valid only while it is being read; columns by index.
public protocol SQLRow {
    func value(_ index: Int) -> SQLValue

    /// nil for what is null or of another kind; so the following two.
    func optionalInt(_ index: Int) -> Int64?
    func optionalText(_ index: Int) -> String?
    func optionalBytes(_ index: Int) -> [UInt8]?
}

extension SQLRow {
    public func int(_ index: Int) -> Int64 { optionalInt(index) ?? 0 }
    public func number(_ index: Int) -> Int { Int(int(index)) }
    public func bool(_ index: Int) -> Bool { int(index) != 0 }
    public func text(_ index: Int) -> String { optionalText(index) ?? "" }
    public func bytes(_ index: Int) -> [UInt8] { optionalBytes(index) ?? [] }
    public func id<Kind>(_ index: Int) -> ID<Kind> { ID(int(index)) }
    public func optionalID<Kind>(_ index: Int) -> ID<Kind>? { optionalInt(index).map { ID($0) } }
    public func optionalURI(_ index: Int) -> ObjectURI? {
        optionalText(index).flatMap { ObjectURI(stored: $0) }
    }
    public func date(_ index: Int) -> Date { optionalDate(index) ?? Date(timeIntervalSince1970: 0) }

    public func optionalDate(_ index: Int) -> Date? {
        optionalInt(index).map { Date(timeIntervalSince1970: Double($0) / 1000) }
    }

    /// A URI that was canonical when it was stored.
    ///
    /// - Throws: ``StorageError/damaged(_:)`` when it is none now.
    public func uri(_ index: Int) throws -> ObjectURI {
        guard let uri = optionalURI(index) else { throw StorageError.damaged("a stored URI") }
        return uri
    }
}
