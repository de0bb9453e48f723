import Foundation

/// Marks what a process works on, so that nobody else works on it in a way that does not go together.
///
/// It is a lock on a file, which the system gives back at the moment in which the process dies: on the master key of a data
/// folder, which every node of the folder has and none writes again, and on the file of a database that one process serves.
final class Occupancy: Sendable {
    static let isServed = SettingsFault(
        "a node works on this database, or a command does, and what it wrote meanwhile would be left behind: stop it, "
            + "then move")
    private static let isMoved = SettingsFault(
        "the database is being moved to another address: wait until `hallway admin move-database` is done")

    private let file: Int32

    /// For a process that serves from a folder, or a command that may write there, beside others of the same node.
    ///
    /// - Throws: ``SettingsFault`` while the database is being moved.
    convenience init(beside folder: String) throws(SettingsFault) {
        try self.init(folder, LOCK_SH, otherwise: Self.isMoved)
    }

    /// For whoever must be alone.
    ///
    /// - Throws: ``SettingsFault`` while a process works on the folder.
    convenience init(alone folder: String) throws(SettingsFault) {
        try self.init(folder, LOCK_EX, otherwise: Self.isServed)
    }

    /// For the one process that serves from a file of the embedded engine; others may read and write there beside it. To be
    /// had before the process opens the database, and kept: when a descriptor is closed, SQLite's own locks on that file
    /// are gone.
    ///
    /// - Parameters:
    ///   - path: the database, which is made where there is none.
    ///   - patience: how long one that is just being stopped is waited for; it has five seconds.
    /// - Throws: ``SettingsFault`` when it goes on serving.
    init(serving path: String, patience: Duration = .seconds(6)) async throws {
        // Where it cannot be opened the engine will say why.
        file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o600)
        let end = ContinuousClock.now + patience
        while file >= 0, flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            guard ContinuousClock.now < end else {
                close(file)
                throw SettingsFault(
                    "another process serves from the database \(path): stop it, or give this node a file "
                        + "of its own")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private init(_ folder: String, _ lock: Int32, otherwise fault: SettingsFault) throws(SettingsFault) {
        // A folder without a key is no node's, so nobody is there.
        file = open("\(folder)/master.key", O_RDONLY | O_CLOEXEC)
        guard file >= 0, flock(file, lock | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        close(file)
        throw fault
    }

    /// Gives it back; a process that works on does so by ending.
    func end() {
        if file >= 0 { close(file) }
    }
}
