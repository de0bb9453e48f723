public import JSON

/// Documents of collections and their pages (ActivityStreams §5).
public enum Collections {
    /// The front of a paged collection. `total`: left out where the number is nobody's business. `first`: the
    /// id of the first page; nil when readers may not turn pages.
    public static func front(id: String, total: Int?, first: String?, attributedTo: String? = nil)
        -> JSONValue
    {
        var json: JSONObject = JSONObject([
            ("@context", Vocabulary.plainContext), ("id", .string(id)), ("type", "OrderedCollection"),
        ])
        json["attributedTo"] = attributedTo.map { .string($0) }
        json["totalItems"] = total.map { .int(Int64($0)) }
        json["first"] = first.map { .string($0) }
        return .object(json)
    }

    /// A whole collection in one document.
    public static func whole(id: String, items: [JSONValue], attributedTo: String? = nil) -> JSONValue {
        var json: JSONObject = JSONObject([
            ("@context", Vocabulary.plainContext), ("id", .string(id)), ("type", "OrderedCollection"),
        ])
        json["attributedTo"] = attributedTo.map { .string($0) }
        json["totalItems"] = .int(Int64(items.count))
        json["orderedItems"] = .array(items)
        return .object(json)
    }

    /// One page.
    public static func page(id: String, of collection: String, items: [JSONValue], next: String?) -> JSONValue
    {
        var json: JSONObject = JSONObject([
            ("@context", Vocabulary.plainContext), ("id", .string(id)), ("type", "OrderedCollectionPage"),
            ("partOf", .string(collection)), ("orderedItems", .array(items)),
        ])
        json["next"] = next.map { .string($0) }
        return .object(json)
    }
}
