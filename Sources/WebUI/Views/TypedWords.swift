import Domain
import Surface

/// What somebody wrote into a form that was not taken.
enum TypedWords {
    private static let most = 40
    private static let length = 20_000
    /// Fields in which one writes. Passwords, tokens and choices are in none of them.
    private static let names: Set<String> = [
        "text", "title", "summary", "options", "note", "rules", "name", "display_name", "reason", "goal",
        "place", "call", "recipients", "handle", "skills",
    ]
    /// Of fields of which there are several.
    private static let beginnings = ["variants[", "question", "choices", "answers["]

    /// For a page that shows it to be copied.
    static func values(_ fields: Fields) -> [[String: Any]] {
        fields.names.sorted().compactMap { name -> [String: Any]? in
            guard names.contains(name) || beginnings.contains(where: { name.hasPrefix($0) }),
                let text = fields[name], text.contains(where: { !$0.isWhitespace && !$0.isNumber })
            else { return nil }
            let label = name.map { "[]_".contains($0) ? " " : String($0) }.joined()
            return ["label": label.shortened(to: 60), "text": text.shortened(to: length)]
        }.prefix(most).map { $0 }
    }

    /// What a form shows, with what was typed into it in its place.
    static func fill(_ values: [String: Any], from fields: Fields) -> [String: Any] {
        var values = values
        for name in ["text", "title", "summary", "starts", "ends", "place", "call", "capacity", "goal"] {
            if let text = fields[name] { values[name] = text }
        }
        for (list, name) in [("audiences", "audience"), ("policies", "quote_policy")] {
            if let choices = values[list] as? [[String: Any]] {
                values[list] = chosen(fields[name], in: choices)
            }
        }
        return values
    }

    /// A list of choices in which what was chosen is chosen again, whether it has that or not: what was for few goes to many only
    /// when its author says so.
    static func chosen(_ word: String?, in list: [[String: Any]]) -> [[String: Any]] {
        guard let word, !word.isEmpty else { return list }
        let again = list.map { choice in
            choice.merging(["isChosen": choice["value"] as? String == word]) { $1 }
        }
        guard !again.contains(where: { $0["isChosen"] as? Bool == true }) else { return again }
        return [["value": word, "label": "As it was chosen", "isChosen": true] as [String: Any]] + again
    }
}
