public import FoundationEssentials
public import JSON

/// An ActivityStreams 2 object, link, activity or actor as plain JSON under a fixed context.
///
/// There is no JSON-LD processing: properties are found by their plain names, and a context that would give
/// those names another meaning is refused when the object is read.
public struct ASObject: Sendable, Equatable {
    public let json: JSONObject

    /// Checks what every reader relies on: the kinds of the values of the properties that we look at.
    public init(_ value: JSONValue) throws(ASFault) {
        guard case .object(let json) = value else { throw .notAnObject }
        self.json = json
        try ContextCheck.check(json)
        for name in ["id", "href", "mediaType", "preferredUsername"] where !Self.isAbsent(json[name]) {
            guard json[name]?.string != nil else { throw .wrongKind(of: name) }
        }
        for name in ["name", "summary", "content"] {
            // ActivityStreams 1 wrote the map under the plain name, and its documents are still about.
            guard Self.isAbsent(json[name]) || json[name]?.string != nil || Self.isMap(json[name]),
                Self.isAbsent(json[name + "Map"]) || Self.isMap(json[name + "Map"])
            else { throw .wrongKind(of: name) }
        }
        guard json["type"] == nil || !types.isEmpty else { throw .wrongKind(of: "type") }
        for name in [
            "actor", "object", "target", "to", "cc", "bto", "bcc", "attributedTo", "inReplyTo", "tag",
        ] {
            guard let value = json[name] else { continue }
            for item in value.list where item.string == nil && item.object == nil {
                throw .wrongKind(of: name)
            }
        }
        try checkAddresses()
        try checkCollection()
    }

    public var id: String? { json["id"]?.string ?? json["@id"]?.string }

    public var types: [String] { (json["type"] ?? json["@type"] ?? .null).list.compactMap(\.string) }

    /// The first type: what we go by.
    public var type: String { types.first ?? "" }

    public func has(_ type: String) -> Bool { types.contains(type) }

    /// Natural language text: the plain property, or else the first of its map.
    public func text(_ name: String) -> String? {
        json[name]?.string ?? map(name)?.members.first?.value.string
    }

    /// The language of a text, where it is given as a map.
    public func language(_ name: String) -> String? {
        guard let language = map(name)?.members.first?.name, language != "und" else { return nil }
        return language
    }

    /// The ids that a property names, bare, embedded or as links.
    public func uris(_ name: String) -> [String] { (json[name] ?? .null).list.compactMap(Self.uri) }

    public func uri(_ name: String) -> String? { uris(name).first }

    /// The objects that stand inside a property.
    public func objects(_ name: String) -> [ASObject] {
        (json[name] ?? .null).list.compactMap { value in value.object == nil ? nil : try? ASObject(value) }
    }

    public func bool(_ name: String) -> Bool? { json[name]?.bool }

    public func int(_ name: String) -> Int? { json[name]?.int.map(Int.init) }

    public func date(_ name: String) -> Date? { json[name]?.string.flatMap(ASDate.date) }

    /// What a property value is called by.
    public static func uri(_ value: JSONValue) -> String? {
        value.string ?? value["id"]?.string ?? value["href"]?.string
    }

    private func map(_ name: String) -> JSONObject? { json[name + "Map"]?.object ?? json[name]?.object }

    private static func isAbsent(_ value: JSONValue?) -> Bool { value == nil || value == .null }

    private static func isMap(_ value: JSONValue?) -> Bool {
        value?.object?.members.allSatisfy { $0.value.string != nil && isLanguage($0.name) } ?? false
    }

    private static func isLanguage(_ tag: String) -> Bool {
        tag.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { part in
            (1...8).contains(part.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
    }

    private func checkAddresses() throws(ASFault) {
        for value in (json["url"] ?? .null).list {
            guard let text = value.string else { continue }
            guard text.contains(":") else { throw .wrongKind(of: "url") }
        }
    }

    /// Items of an ordered collection are `orderedItems`, and `first` is a page.
    private func checkCollection() throws(ASFault) {
        if has("OrderedCollection"), json["items"] != nil { throw .wrongKind(of: "items") }
        if has("Collection"), json["orderedItems"] != nil { throw .wrongKind(of: "orderedItems") }
        if let first = json["first"]?.object, let type = first["type"]?.string,
            !["CollectionPage", "OrderedCollectionPage", "Link"].contains(type)
        {
            throw .wrongKind(of: "first")
        }
    }
}
