import Foundation
import Support
import Testing

/// The house of Spec/house.md is kept by these.
@Suite("House")
struct HouseTests {
    static let rooms: [String: Set<String>] = [
        "Domain": [], "JSON": [], "Markup": ["CXML2"], "ActivityStreams": ["JSON"],
        "Signatures": ["JSON", "COpenSSL"], "Storage": ["Domain"],
        "PostgresStorage": ["Domain", "Storage", "CPostgres"], "Social": ["Domain", "Markup", "Storage"],
        "Federation": ["Domain", "JSON", "Markup", "ActivityStreams", "Signatures", "Storage", "Social"],
        "Directory": ["Domain", "JSON", "Signatures", "Storage"],
        "Surface": ["Domain", "JSON", "Signatures", "Storage", "Social"],
        "ClientAPI": ["Domain", "JSON", "Markup", "Signatures", "Storage", "Social", "Surface"],
        "WebUI": ["Domain", "JSON", "Markup", "Signatures", "Storage", "Social", "Surface"],
        "Assembly": [
            "Domain", "JSON", "Markup", "ActivityStreams", "Signatures", "Storage", "PostgresStorage",
            "Social", "Federation", "Directory",
            "Surface", "ClientAPI", "WebUI",
        ],
        "hallway": ["Assembly"],
    ]

    struct SourceFile: Sendable, CustomTestStringConvertible {
        var room: String
        var path: String
        var lines: [String]
        var testDescription: String { path }
    }

    static let files: [SourceFile] = {
        let sources = Vectors.checkout.appending(path: "Sources")
        guard let walk = FileManager.default.enumerator(atPath: sources.path) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let text = (try? String(contentsOf: sources.appending(path: path), encoding: .utf8)) ?? ""
            return SourceFile(
                room: String(path.prefix { $0 != "/" }), path: path,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
    }()

    @Test("every template of the pages is in their list")
    func templates() throws {
        let room = Vectors.checkout.appending(path: "Sources/WebUI")
        let list = try String(contentsOf: room.appending(path: "Templates.swift"), encoding: .utf8)
        let names = try FileManager.default.contentsOfDirectory(
            atPath: room.appending(path: "Templates").path
        )
        .filter { $0.hasSuffix(".mustache") }.map { String($0.dropLast(9)) }
        #expect(names.count > 20)
        for name in names {
            #expect(list.contains("(\"\(name)\", PackageResources.\(name)_mustache)"), "\(name)")
        }
    }

    @Test("every room is one of the house")
    func knownRooms() { #expect(Set(Self.files.map(\.room)) == Set(Self.rooms.keys)) }

    @Test("arrows between rooms are those of the plan", arguments: files)
    func arrows(file: SourceFile) {
        let allowed = Self.rooms[file.room] ?? []
        for line in file.lines {
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 1, words.count > index + 1 else {
                continue
            }
            let room = String(words[index + 1])
            guard
                Self.rooms[room] != nil
                    || room.hasPrefix("C") && ["CXML2", "COpenSSL", "CPostgres"].contains(room)
            else { continue }
            #expect(allowed.contains(room), "\(file.path) imports \(room)")
        }
    }

    @Test("no file is longer than 400 lines, and half are under 100")
    func length() {
        let lengths = Self.files.map(\.lines.count).sorted()
        #expect((lengths.last ?? 0) <= 400)
        #expect(lengths[lengths.count / 2] <= 100)
    }

    @Test("file names say what is inside", arguments: files)
    func fileNames(file: SourceFile) {
        let name = file.path.split(separator: "/").last ?? ""
        for word in ["Utils", "Helpers", "Common", "Misc", "Manager", "Extensions", "Types", "Models", "+"] {
            #expect(!name.contains(word), "\(file.path)")
        }
    }

    @Test("Mastodon's words stay in the client interface", arguments: files)
    func words(file: SourceFile) {
        guard !["ClientAPI", "Surface", "Assembly", "WebUI"].contains(file.room) else { return }
        for (number, line) in file.lines.enumerated()
        where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
            let code = line.replacing(/"[^"]*"/, with: "")
            for word in ["Reblog", "reblog", "Favourite", "favourite", "Toot", "toot", "statuses"] {
                #expect(!code.contains(word), "\(file.path):\(number + 1) says \(word)")
            }
        }
    }

    @Test("nothing is forced, and nothing is unsafe without a proof", arguments: files)
    func force(file: SourceFile) {
        for (number, line) in file.lines.enumerated() {
            let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
            for word in ["try!", "fatalError(", "as!", "nonisolated(unsafe)"] {
                #expect(!code.contains(word), "\(file.path):\(number + 1) says \(word)")
            }
            if code.contains("@unchecked Sendable") {
                let above = file.lines[max(0, number - 6)..<number].joined(separator: " ")
                #expect(above.contains("nchecked"), "\(file.path):\(number + 1) gives no proof")
            }
        }
    }

    @Test("public types and functions say what they are for", arguments: files)
    func documentation(file: SourceFile) {
        for (number, line) in file.lines.enumerated() {
            let code = line.trimmingCharacters(in: .whitespaces)
            let isType = ["struct", "final class", "enum", "protocol", "actor"].contains {
                code.hasPrefix("public \($0) ")
            }
            guard isType, line.hasPrefix("public") else { continue }
            var above = number - 1
            while above >= 0, file.lines[above].hasPrefix("@") { above -= 1 }
            #expect(above >= 0 && file.lines[above].hasPrefix("///"), "\(file.path):\(number + 1)")
        }
    }

    @Test("every request to elsewhere goes through one client, behind one guard (N73)")
    func oneClient() {
        let users = Self.files.filter { file in
            file.lines.contains {
                $0.contains("AsyncHTTPClient") || $0.contains("URLSession") || $0.contains("ClientBootstrap")
            }
        }
        // The mail server is named by the settings, never by what somebody sent.
        #expect(
            Set(users.map(\.path)) == [
                "Assembly/Network/NodeClient.swift", "Assembly/Network/MailClient.swift",
            ])
    }

    @Test("the top level holds what it should")
    func topLevel() throws {
        let allowed: Set<String> = [
            "Package.swift", "Sources", "Tests", "Spec", "deploy", "README.md", "LICENSE",
        ]
        let names = try FileManager.default.contentsOfDirectory(atPath: Vectors.checkout.path)
        for name in names where !name.hasPrefix(".") && name != "Package.resolved" {
            #expect(allowed.contains(name), "\(name)")
        }
    }

    @Test("the README is short")
    func readme() throws {
        let text = try String(contentsOf: Vectors.checkout.appending(path: "README.md"), encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 121)
    }
}
