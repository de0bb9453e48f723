import CXML2

/// Collects the words of a parsed document.
struct PlainTextWriter {
    private var out = ""

    mutating func write(childrenOf node: xmlNodePtr, depth: Int) {
        guard depth < 100 else { return }
        for child in Children(of: node) {
            if let text = child.text {
                out += text
            } else if let name = child.elementName, !droppedElements.contains(name) {
                write(element: child, named: name, depth: depth)
            }
        }
    }

    func finish() -> String { out.trimmedLines }

    private mutating func write(element node: xmlNodePtr, named name: String, depth: Int) {
        switch name {
        case "br": out += "\n"
        case "p", "blockquote", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "div":
            if !out.isEmpty, !out.hasSuffix("\n\n"), name != "div" {
                out += out.hasSuffix("\n") ? "\n" : "\n\n"
            }
            write(childrenOf: node, depth: depth + 1)
        case "li":
            if !out.isEmpty, !out.hasSuffix("\n") { out += "\n" }
            out += "- "
            write(childrenOf: node, depth: depth + 1)
        default: write(childrenOf: node, depth: depth + 1)
        }
    }
}
