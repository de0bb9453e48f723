/// The media types of ActivityPub §3.2.
public enum MediaType {
    /// Whether a fetched document or a posted body may be ActivityStreams (N39, N40).
    public static func isActivityStreams(_ field: String?) -> Bool {
        guard let field else { return false }
        let parts = field.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        switch parts.first?.lowercased() {
        case "application/activity+json": return true
        case "application/ld+json":
            return parts.dropFirst().contains { part in
                let pair = part.split(separator: "=", maxSplits: 1)
                guard pair.count == 2, pair[0].lowercased() == "profile" else { return false }
                return pair[1].filter { $0 != "\"" }.split(separator: " ")
                    .contains("https://www.w3.org/ns/activitystreams")
            }
        default: return false
        }
    }

    /// Whether a reader wants JSON rather than a page. Mastodon names `ld+json` without its profile.
    public static func prefersActivityStreams(accept: String?) -> Bool {
        guard let accept = accept?.lowercased() else { return false }
        return accept.contains("application/activity+json") || accept.contains("application/ld+json")
    }
}
