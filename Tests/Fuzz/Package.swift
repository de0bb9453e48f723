// swift-tools-version: 6.2
import PackageDescription

// The rooms below the HTTP graph with their tests, for `deploy/fuzz --sanitize`, which lays this file beside
// links to Sources, Tests and Spec. The root package would build the whole HTTP graph under a sanitizer.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let fields = Target.Dependency.product(
    name: "RawStructuredFieldValues", package: "swift-http-structured-headers")

func room(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["Support"], exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "ground",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        room("Domain"),
        room("JSON"),
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0"),
        room("Markup", ["CXML2"]),
        room("ActivityStreams", ["JSON"]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        room("Signatures", ["JSON", "COpenSSL", fields]),
        room(
            "Storage",
            [
                "Domain", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(name: "CPostgres"),
        room("PostgresStorage", ["Domain", "Storage", "CPostgres"]),
        room("Social", ["Domain", "Markup", "Storage", logging, lifecycle]),
        room(
            "Federation",
            [
                "Domain", "JSON", "Markup", "ActivityStreams", "Signatures", "Storage", "Social", logging,
                lifecycle,
            ]),
        room("Directory", ["Domain", "JSON", "Signatures", "Storage", logging, lifecycle]),
        room(
            "Support",
            [
                "Domain", "JSON", "ActivityStreams", "Signatures", "Storage", "PostgresStorage", "CPostgres",
                "Social", "Federation", logging,
            ], path: "Tests/Support"),
        tests("DomainTests", ["Domain"]),
        tests("JSONTests", ["JSON"]),
        tests("MarkupTests", ["Markup"]),
        tests("ActivityStreamsTests", ["ActivityStreams", "JSON"]),
        tests("SignaturesTests", ["Signatures", "JSON"]),
        tests("StorageTests", ["Domain", "Storage", "PostgresStorage", "Social"]),
        // What asks over HTTP lies in a folder of its own (HouseTests sees to it).
        tests(
            "JourneyTests",
            ["Domain", "JSON", "ActivityStreams", "Signatures", "Storage", "Social", "Federation", logging],
            exclude: ["FrontDoor"]),
        tests("DirectoryTests", ["Domain", "JSON", "Signatures", "Storage", "Directory"]),
    ]
)
