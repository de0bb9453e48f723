import Foundation

/// Files of which it matters that they are still there after a power cut.
enum DurableFile {
    /// Brings a file, or the names in a folder, to the disk.
    ///
    /// - Throws: ``SettingsFault`` when the disk does not take it.
    static func sync(_ path: String) throws(SettingsFault) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        // Some file systems have nothing to do for a folder, and say that they cannot.
        guard file >= 0, fsync(file) == 0 || errno == EINVAL else {
            let reason = String(cString: strerror(errno))
            throw SettingsFault("\(path) cannot be brought to the disk (\(reason)): check the disk")
        }
    }

    /// Copies a file, for its owner alone; it is on the disk, and so is its name.
    static func copy(_ source: String, to folder: String, as name: String) throws {
        let path = "\(folder)/\(name)"
        try FileManager.default.copyItem(atPath: source, toPath: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try sync(path)
        try sync(folder)
    }
}
