import CXML2
import Glibc

/// HTML that this node shows: parsed, and written anew from an allow-list with every text escaped.
///
/// libxml2 reads HTML 4, browsers read HTML 5; so its tree is never passed on, only what we serialise from it,
/// and that uses no construct on which the two disagree (N92).
public enum SafeHTML {
    /// Levels that are walked; deeper content is dropped.
    private static let depth = 100

    /// What remains of `html` when only harmless elements and attributes are kept. `limit`: bytes of input
    /// that are looked at.
    public static func sanitise(_ html: String, limit: Int = 256 * 1024) -> String {
        var writer = AllowListWriter(depthLimit: depth)
        parse(html, limit: limit) { writer.write(childrenOf: $0, depth: 0) }
        return writer.finish()
    }

    /// The words of `html`, paragraphs and line breaks as line feeds.
    public static func plainText(_ html: String, limit: Int = 256 * 1024) -> String {
        var text = PlainTextWriter()
        parse(html, limit: limit) { text.write(childrenOf: $0, depth: 0) }
        return text.finish()
    }

    private static func parse(_ html: String, limit: Int, _ body: (xmlNodePtr) -> Void) {
        // NUL ends text for libxml2, which takes other control characters in one place and drops them in the
        // next; nobody writes one in good faith.
        var bytes = html.utf8.prefix(limit).filter { $0 >= 0x20 || (0x09...0x0d).contains($0) && $0 != 0x0b }
        bytes.insert(contentsOf: "<div>".utf8, at: 0)
        let options =
            HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
            | HTML_PARSE_NONET.rawValue | HTML_PARSE_NODEFDTD.rawValue | HTML_PARSE_COMPACT.rawValue
        let document = bytes.withUnsafeBytes { buffer in
            htmlReadMemory(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), nil, "UTF-8",
                Int32(options)
            )
        }
        defer { xmlFreeDoc(document) }
        guard let root = xmlDocGetRootElement(document) else { return }
        body(root)
    }
}

/// The children of a node, in order.
struct Children: Sequence, IteratorProtocol {
    private var nextNode: xmlNodePtr?

    init(of node: xmlNodePtr) { nextNode = node.pointee.children }

    mutating func next() -> xmlNodePtr? {
        let node = nextNode
        nextNode = node?.pointee.next
        return node
    }
}

extension UnsafeMutablePointer<xmlNode> {
    var elementName: String? {
        guard pointee.type == XML_ELEMENT_NODE, let name = pointee.name else { return nil }
        return String(cString: name).lowercased()
    }

    var text: String? {
        guard pointee.type == XML_TEXT_NODE, let content = pointee.content else { return nil }
        return String(cString: content)
    }

    func attribute(_ name: String) -> String? {
        guard let value = xmlGetProp(self, name) else { return nil }
        // libxml2's allocator is malloc unless a program replaces it, which this one does not.
        defer { free(value) }
        return String(cString: value)
    }
}

/// Elements whose content is no text for readers.
let droppedElements: Set<String> = [
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "embed", "applet", "head",
    "title",
    "textarea", "select", "option", "form", "input", "button", "video", "audio", "canvas", "noembed",
    "noframes",
    "plaintext", "xmp", "frameset",
]
