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
        if !isThere { try write(RandomBytes.make(32), to: path) }
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let key = bytes(base64: String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }),
            let sealing = Sealing(key: key)
        else {
            throw SettingsFault(
                "the master key \(path) is damaged or unreadable: put it back from your backup")
        }
        if let sealed {
            guard (try? sealing.open(sealed, for: mark)) != nil else {
                throw SettingsFault(
                    "the master key \(path) is not the one that this database was sealed with")
            }
        } else {
            let proof = try sealing.seal(Array(mark.utf8), for: mark)
            try await store.write { try $0.setNodeState(mark, to: proof) }
        }
        return sealing
    }

    private static func write(_ key: [UInt8], to path: String) throws(SettingsFault) {
        let isWritten = FileManager.default.createFile(
            atPath: path, contents: Data("\(key.base64)\n".utf8), attributes: [.posixPermissions: 0o600])
        guard isWritten else {
            throw SettingsFault("the master key \(path) cannot be written: check the rights of the folder")
        }
    }
}
