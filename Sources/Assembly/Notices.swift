import Directory
import Domain
import Federation
import FoundationEssentials
import JSON
import Logging
import ServiceLifecycle
import Social
import Storage

/// Tells every node when the list or the register has changed, also by a command in another process.
struct Notices: Service {
    let world: World
    let bell: Bell
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var told: [UInt8]? = nil
            while !Task.isCancelled {
                do {
                    let state = try await world.needs.store.read { try $0.directoryState() }
                    if state != told {
                        if try await world.needs.store.claim("notices") { try await tell() }
                        told = state
                    }
                } catch {
                    logger.error("nodes could not be told", metadata: ["fault": "\(error)"])
                }
                await bell.wait(upTo: .seconds(1))
            }
        }
    }

    /// A node that cannot be told asks by itself within half a minute.
    private func tell() async throws {
        let members = try await world.needs.store.read { try $0.members() }.filter { $0.state == .admitted }
        let errands = Errands(world: world)
        await withTaskGroup(of: Void.self) { group in
            for member in members {
                group.addTask {
                    do {
                        _ = try await errands.send(
                            "POST", member.application.sibling("/directory/notice"), ["type": "Notice"])
                    } catch {
                        logger.info("a node could not be told", metadata: ["node": "\(member.authority)"])
                    }
                }
            }
        }
    }
}
