public import Foundation
public import JSON

/// The example documents under `Spec/vectors`.
public enum Vectors {
    /// The checkout that these tests were built from.
    public static let checkout = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    public static let folder = checkout.appending(path: "Spec/vectors")

    /// The bytes of one file.
    public static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: path)))
    }

    public static func text(_ path: String) throws -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    public static func json(_ path: String) throws -> JSONValue { try JSONParser.parse(bytes(path)) }

    /// The names of all files of a folder, in order.
    public static func files(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)
            .sorted().map { "\(path)/\($0)" }
    }

    /// The names of the JSON files of a folder, in order.
    public static func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)
            .filter { $0.hasSuffix(".json") }.sorted().map { "\(path)/\($0)" }
    }
}
