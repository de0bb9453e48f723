import Domain
import JSON
import Social
import Storage
import Surface

/// Writes a page of a timeline straight to bytes. What is the same for every reader is written once a second.
struct StatusPage {
    private static let null: [UInt8] = Array("null".utf8)
    let desk: Desk

    /// `entries`: that the viewer may see. An entry whose original they may not see is left out.
    func write(_ entries: [TimelineEntry], for viewer: Viewer, in transaction: Transaction) throws -> [UInt8]
    {
        let originals = try transaction.posts(entries.compactMap(\.announced))
            .filter { try transaction.maySee($0, viewer) }
        let visible = Set(originals.map(\.id))
        let entries = entries.filter { $0.announced.map(visible.contains) ?? true }
        let shown = entries.map { $0.announced ?? $0.post }
        var texts = try texts(of: Array(Set(entries.map(\.post) + shown)), for: viewer, in: transaction)
        let several = texts.filter(\.value.hasVariants).map(\.key)
        texts.merge(try ownWords(of: several, for: viewer, in: transaction)) { $1 }
        var marks: [PostID: Marks]?
        if case .person(let person) = viewer {
            marks = try transaction.marks(of: person, on: shown)
            desk.noteShown.see(shown.filter { texts[$0]?.isAnnouncement == true }, by: person)
        }

        let polls = try PollSight.read(
            shown.filter { texts[$0]?.hasPoll == true }, for: viewer, in: transaction
        ).map { post, sight in
            (post, StatusEntities(desk: desk).poll(sight, of: post, isPersonal: marks != nil).bytes)
        }
        let quoteTexts = try StatusEntities(desk: desk).quotes(
            of: texts.filter { shown.contains($0.key) }, for: viewer, in: transaction)
        let pollTexts = Dictionary(polls) { first, _ in first }
        var out: [UInt8] = []
        out.reserveCapacity(texts.values.reduce(64) { $0 + $1.bytes.count + 256 })
        out.append(UInt8(ascii: "["))
        for entry in entries {
            guard let text = texts[entry.post]?.bytes else { continue }
            let personal = marks.map { Self.personal($0[entry.announced ?? entry.post] ?? Marks()) } ?? []
            var inner: [UInt8]?
            if let announced = entry.announced {
                guard let original = texts[announced]?.bytes else { continue }
                inner = original
            }
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: text)
            out.append(contentsOf: ",\"reblog\":".utf8)
            if let inner {
                out.append(contentsOf: inner)
                out.append(contentsOf: ",\"reblog\":null,\"poll\":".utf8)
                out.append(contentsOf: pollTexts[entry.announced ?? entry.post] ?? Self.null)
                out.append(contentsOf: quoteTexts[entry.announced ?? entry.post] ?? [])
                out.append(contentsOf: personal)
                out.append(contentsOf: "},\"poll\":null,\"quote\":null,\"quote_approval\":null".utf8)
            } else {
                out.append(contentsOf: "null,\"poll\":".utf8)
                out.append(contentsOf: pollTexts[entry.post] ?? Self.null)
                out.append(contentsOf: quoteTexts[entry.post] ?? [])
            }
            out.append(contentsOf: personal)
            out.append(UInt8(ascii: "}"))
        }
        out.append(UInt8(ascii: "]"))
        return out
    }

    private func texts(
        of posts: [PostID], for viewer: Viewer, in transaction: Transaction
    ) throws -> [PostID: Renderings.Rendering] {
        let now = desk.needs.now()
        let known = desk.renderings.find(posts, at: now)
        let missing = posts.filter { known[$0] == nil }
        guard !missing.isEmpty else { return known }
        let fresh = try StatusEntities(desk: desk).open(
            try transaction.posts(missing), for: viewer, in: transaction)
        desk.renderings.keep(fresh, at: now)
        return known.merging(fresh) { first, _ in first }
    }

    /// What readers see in languages of their own is written for each.
    private func ownWords(
        of posts: [PostID], for viewer: Viewer, in transaction: Transaction
    ) throws -> [PostID: Renderings.Rendering] {
        guard !posts.isEmpty else { return [:] }
        let own = try desk.inOwnWords(try transaction.posts(posts), for: viewer, in: transaction)
        return try StatusEntities(desk: desk).open(own, for: viewer, in: transaction)
    }

    private static func personal(_ marks: Marks) -> [UInt8] {
        var out: [UInt8] = []
        for (name, value) in StatusEntities.personal(marks) {
            out.append(contentsOf: ",\"\(name)\":\(value)".utf8)
        }
        out.append(contentsOf: ",\"filtered\":[]".utf8)
        return out
    }
}
