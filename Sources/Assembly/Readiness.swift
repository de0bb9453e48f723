import Domain
import Foundation
import Social
import Storage

/// Whether the node can do its work, in words for those who run it.
struct Readiness: Sendable {
    let settings: Settings
    let store: any Store
    let needs: Needs

    /// Room that is needed so that small and large writes alike go on.
    private static let leastFreeBytes = 4 * 1024 * 1024

    /// What is wrong; empty when the node is ready.
    func faults() async -> [String] {
        var faults: [String] = []
        do {
            // Another value each time: what changes nothing is not written.
            let moment = Array("\(needs.now().timeIntervalSince1970)".utf8)
            try await store.write { try $0.setNodeState("ready", to: moment) }
        } catch {
            faults.append("the database cannot be written: \(error)")
        }
        if let free = freeBytes, free < Self.leastFreeBytes {
            faults.append(
                "the disk that holds \(settings.dataFolder) has \(free / 1024) KiB left: make room; nothing is lost"
            )
        }
        if let text = try? await store.read({ try $0.nodeState("directory skew") }),
            let seconds = Double(String(decoding: text, as: UTF8.self)), abs(seconds) > 300
        {
            faults.append("the clock differs from the directory's by \(Int(seconds)) seconds: set it right")
        }
        return faults
    }

    private var freeBytes: Int? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: settings.dataFolder)
        return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
    }
}
