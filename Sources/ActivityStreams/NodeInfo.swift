public import JSON

/// What a node says of itself (NodeInfo 2.1, FEP-0151): never private numbers, never capabilities.
public struct NodeInfo: Sendable {
    public var version: String
    public var name: String
    public var isOpen: Bool
    public var acceptsRegistrations: Bool

    public init(version: String, name: String, isOpen: Bool, acceptsRegistrations: Bool) {
        self.version = version
        self.name = name
        self.isOpen = isOpen
        self.acceptsRegistrations = acceptsRegistrations
    }

    public var json: JSONValue {
        [
            "version": "2.1",
            "software": ["name": "hallway", "version": .string(version)],
            "protocols": ["activitypub"],
            "services": ["inbound": [], "outbound": []],
            "openRegistrations": .bool(acceptsRegistrations),
            "usage": ["users": [:]],
            "metadata": ["nodeName": .string(name), "federation": ["enabled": true, "open": .bool(isOpen)]],
        ]
    }

    /// `/.well-known/nodeinfo`, with the node's own actor (FEP-2677).
    public static func links(base: String, application: String) -> JSONValue {
        [
            "links": [
                [
                    "rel": "http://nodeinfo.diaspora.software/ns/schema/2.1",
                    "href": .string("\(base)/nodeinfo/2.1"),
                ],
                [
                    "rel": "https://www.w3.org/ns/activitystreams#Application", "href": .string(application),
                ],
            ]
        ]
    }
}
