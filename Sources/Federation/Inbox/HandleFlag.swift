import ActivityStreams
import Domain
import Markup
import Social
import Storage

/// Another node's moderators tell ours about a person or posts of this node.
struct HandleFlag {
    let world: World

    func effect(_ activity: Activity) throws -> Plan.Effect {
        let objects = activity.object.uris("object").prefix(50).compactMap { ObjectURI($0) }
            .filter { world.needs.addresses.isOwn($0) }
        let comment = SafeHTML.plainText(activity.object.text("content") ?? "", limit: 16_384)
        return { [world, actor = activity.actor] transaction in
            let posts = try objects.compactMap { try transaction.post($0) }
            guard
                let target = try objects.compactMap({ try transaction.actorID($0) }).first
                    ?? posts.first?.author
            else { return }
            let authority = actor.host ?? ""
            let standing = try World.standing(of: authority, needs: world.needs, in: transaction)
            let viewer: Viewer =
                actor.kind == .application
                ? .node(authority: authority, isOfOrganisation: standing == .member)
                : .remote(actor.id, authority: authority, isOfOrganisation: standing == .member)
            let report = Report(
                id: world.needs.ids.next(), reporter: actor.id, target: target,
                posts: try ReportActor.visible(posts.map(\.id), of: target, to: viewer, in: transaction),
                comment: comment.shortened(to: Limits.summary), isForwarded: false,
                createdAt: activity.receivedAt
            )
            try transaction.insert(report)
            try transaction.append(.reported(report.id))
        }
    }
}
