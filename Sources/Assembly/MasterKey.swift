import Domain
import FoundationEssentials
import Signatures
import Storage

/// The key under which private keys are sealed: in a file beside the database, never in it.
enum MasterKey {
    private static let mark = "sealed"

    /// Reads the key, or makes it for a database that has sealed nothing yet.
    ///
    /// - Throws: ``SettingsFault`` when the file is missing, broken, or not the one that the database was sealed with.
    static func open(folder: String, store: any Store) async throws -> Sealing {
        let path = "\(folder)/master.key"
        let sealed = try await store.read { try $0.nodeState(mark) }
        let isThere = FileManager.default.fileExists(atPath: path)
        guard isThere || sealed == nil else {
            throw SettingsFault(
                "the master key \(path) is missing, and without it the private keys in the database cannot be used: "
                    + "put it back from your backup")
        }
        if !isThere { try write(RandomBytes.make(32), to: path, in: folder) }
        let sealing = try read(path)
        let proof = try sealing.seal(Array(mark.utf8), for: mark)
        // Whoever is first seals the database; another process of the node may be at this point at the same time.
        let holding =
            if let sealed { sealed } else {
                try await store.write { transaction -> [UInt8] in
                    if let sealed = try transaction.nodeState(mark) { return sealed }
                    try transaction.setNodeState(mark, to: proof)
                    return proof
                }
            }
        guard (try? sealing.open(holding, for: mark)) != nil else {
            throw SettingsFault(
                "the master key \(path) is not the one that this database was sealed with")
        }
        return sealing
    }

    /// Whether the key in the folder of a backup opens what its database holds.
    ///
    /// - Throws: ``SettingsFault`` when it does not, or when there is none.
    static func check(folder: String, store: any Store) async throws {
        guard let sealed = try await store.read({ try $0.nodeState(mark) }) else { return }
        guard (try? read("\(folder)/master.key").open(sealed, for: mark)) != nil else {
            throw SettingsFault(
                "the master key in \(folder) is missing, or not the one that its database was sealed with: without it "
                    + "the private keys in the database cannot be used")
        }
    }

    private static func read(_ path: String) throws(SettingsFault) -> Sealing {
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let key = bytes(base64: String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }),
            let sealing = Sealing(key: key)
        else {
            throw SettingsFault(
                "the master key \(path) is damaged or unreadable: put it back from your backup")
        }
        return sealing
    }

    private static func write(_ key: [UInt8], to path: String, in folder: String) throws(SettingsFault) {
        let files = FileManager.default
        let draft = "\(path).\(RandomBytes.word().prefix(16))"
        let isWritten = files.createFile(
            atPath: draft, contents: Data("\(key.base64)\n".utf8), attributes: [.posixPermissions: 0o600])
        defer { try? files.removeItem(atPath: draft) }
        if isWritten {
            // On the disk before its name is, and both before anything is sealed with it: what is sealed is there for good.
            try DurableFile.sync(draft)
            // A link never replaces what is there: when another process of the node was first, its key holds.
            try? files.linkItem(atPath: draft, toPath: path)
        }
        guard files.fileExists(atPath: path) else {
            throw SettingsFault("the master key \(path) cannot be written: check the rights of the folder")
        }
        try DurableFile.sync(folder)
    }
}
