import Foundation
import Support
import Testing

/// The package that sanitizers build (Tests/Fuzz/Package.swift) is built seldom: what it would say is said here.
@Suite("The package of the rooms below the HTTP graph")
struct GroundPackageTests {
    /// A target of the package.
    struct Part {
        var name: String
        /// Below the checkout.
        var folder: String
        /// Modules that it may import.
        var modules: Set<String>
        /// A folder below its own.
        var excluded: String?
    }

    static let faces: Set = ["Surface", "ClientAPI", "WebUI", "Assembly", "hallway"]
    private static let toolchain: Set = [
        "Foundation", "FoundationEssentials", "Synchronization", "Dispatch", "Glibc", "Testing",
    ]

    static func text(_ path: String) throws -> String {
        try String(contentsOf: Vectors.checkout.appending(path: path), encoding: .utf8)
    }

    static func parts() throws -> [Part] {
        let manifest = try text("Tests/Fuzz/Package.swift")
        // `let logging = Target.Dependency.product(name: "Logging", …`
        let short = manifest.matches(of: /let (\w+) = Target\.Dependency\.product\(\s*name: "(\w+)"/)
        let list = try #require(manifest.components(separatedBy: "targets: [\n").last)
        return list.matches(of: /(room|tests)\(\s*"(\w+)"/).map { match in
            let rest = list[match.range.upperBound...]
            let call = rest.prefix(
                upTo: rest.firstRange(of: /\n {8}(?:room|tests|\.|\/\/)/)?.lowerBound ?? rest.endIndex)
            let name = String(match.output.2)
            let isTests = match.output.1 == "tests"
            var modules = Set(call.matches(of: /"(\w+)"/).map { String($0.output.1) })
            for line in short where call.contains(String(line.output.1)) {
                modules.insert(String(line.output.2))
            }
            if isTests { modules.insert("Support") }
            let folder = call.firstMatch(of: /path: "([^"]+)"/).map { String($0.output.1) }
            return Part(
                name: name, folder: folder ?? "\(isTests ? "Tests" : "Sources")/\(name)",
                modules: modules,
                excluded: call.firstMatch(of: /exclude: \["(\w+)"\]/).map { String($0.output.1) })
        }
    }

    static func files(in part: Part) throws -> [(path: String, text: String)] {
        let folder = Vectors.checkout.appending(path: part.folder)
        let walk = try #require(FileManager.default.enumerator(atPath: folder.path))
        return try walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map {
            ($0, try text("\(part.folder)/\($0)"))
        }
    }

    static func isExcluded(_ path: String, _ part: Part) -> Bool {
        part.excluded.map { path.hasPrefix("\($0)/") } ?? false
    }

    @Test("it holds every room below the HTTP graph, with its tests")
    func rooms() throws {
        let names = Set(try Self.parts().map(\.name))
        for room in HouseTests.rooms.keys where !Self.faces.contains(room) {
            #expect(names.contains(room), "\(room) is not in Tests/Fuzz/Package.swift")
            let tests = "\(room)Tests"
            guard
                FileManager.default.fileExists(
                    atPath: Vectors.checkout.appending(path: "Tests/\(tests)").path)
            else { continue }
            #expect(names.contains(tests), "\(tests) is not in Tests/Fuzz/Package.swift")
        }
        #expect(names.isSuperset(of: ["Support", "JourneyTests"]))
    }

    @Test("what its targets import is among what they are given there")
    func imports() throws {
        for part in try Self.parts() {
            for file in try Self.files(in: part) where !Self.isExcluded(file.path, part) {
                for line in file.text.matches(
                    of: /(?m)^(?:public |@testable )*import (?:struct |enum )?(\w+)/)
                {
                    let module = String(line.output.1)
                    #expect(
                        part.modules.union(Self.toolchain).contains(module),
                        """
                        \(part.folder)/\(file.path) imports \(module), which is not below the HTTP graph: \
                        let it lie in \(part.folder)/\(part.excluded ?? "…"), or say so in Tests/Fuzz/Package.swift
                        """)
                }
            }
        }
    }

    @Test("nothing that it holds uses what it leaves out")
    func leftOut() throws {
        for part in try Self.parts() {
            guard let excluded = part.excluded else { continue }
            let files = try Self.files(in: part)
            let types = files.filter { Self.isExcluded($0.path, part) }.flatMap { file in
                file.text.matches(of: /(?m)^(?:final )?(?:struct|class|enum|actor) (\w+)/).map {
                    String($0.output.1)
                }
            }
            #expect(types.contains("FrontDoor"))
            for file in files where !Self.isExcluded(file.path, part) {
                let words = Set(
                    file.text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
                for type in types {
                    #expect(
                        !words.contains(type),
                        "\(file.path) uses \(type): let it lie in \(part.folder)/\(excluded)")
                }
            }
        }
    }

    @Test("rooms that are fuzzed are compiled in the order of their arrows")
    func fuzzed() throws {
        let script = try Self.text("deploy/fuzz")
        let line = try #require(script.firstMatch(of: /for room in ([\w ]+); do compile/)?.output.1)
        let rooms = line.split(separator: " ").map(String.init) + ["Federation"]
        for (index, room) in rooms.enumerated() {
            let needed = (HouseTests.rooms[room] ?? []).filter { HouseTests.rooms[$0] != nil }
            #expect(needed.isSubset(of: rooms.prefix(index)), "\(room) comes too early in deploy/fuzz")
        }
    }
}
