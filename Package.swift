// swift-tools-version: 6.2
import PackageDescription

// Settings that every room shares (Spec/house.md). Release builds optimise across rooms: a query
// decodes into Domain values, so its inner loop crosses three of them.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["Support"], swiftSettings: settings)
}

let package = Package(
    name: "hallway",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "hallway", targets: ["hallway"])],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
            traits: ["FullFoundation"]
        ),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Ground: values and pure functions.
        room("Domain"),
        room("JSON"),
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        room("Markup", ["CXML2"]),
        room("ActivityStreams", ["JSON"]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        room(
            "Signatures",
            [
                "JSON", "COpenSSL",
                .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers"),
            ]
        ),

        // What is kept, and what people do.
        room(
            "Storage",
            [
                "Domain", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(name: "CPostgres"),
        room("PostgresStorage", ["Domain", "Storage", "CPostgres"]),
        room("Social", ["Domain", "Markup", "Storage", logging, lifecycle]),

        // What travels.
        room(
            "Federation",
            [
                "Domain", "JSON", "Markup", "ActivityStreams", "Signatures", "Storage", "Social", logging,
                lifecycle,
            ]
        ),
        room("Directory", ["Domain", "JSON", "Signatures", "Storage", logging, lifecycle]),

        // Faces.
        room(
            "Surface",
            ["Domain", "JSON", "Signatures", "Storage", "Social", hummingbird, httpTypes, logging, nio]),
        room(
            "ClientAPI",
            [
                "Domain", "JSON", "Markup", "Signatures", "Storage", "Social", "Surface", hummingbird,
                httpTypes,
                lifecycle, logging, nio,
            ]
        ),
        .target(
            name: "WebUI",
            dependencies: [
                "Domain", "JSON", "Markup", "Signatures", "Storage", "Social", "Surface", hummingbird,
                httpTypes,
                logging, nio, .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.embedInCode("Templates"), .embedInCode("Assets")],
            swiftSettings: settings
        ),

        // One house.
        room(
            "Assembly",
            [
                "Domain", "JSON", "Markup", "ActivityStreams", "Signatures", "Storage", "Social",
                "Federation",
                "Directory", "PostgresStorage", "Surface", "ClientAPI", "WebUI", hummingbird, httpTypes,
                logging,
                lifecycle, nio,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ]
        ),
        .executableTarget(
            name: "hallway",
            dependencies: ["Assembly", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: settings,
            // What an idle node keeps in memory is for the most part its own file: no table of a library's exports, and
            // relocations in a few kilobytes rather than three megabytes (Spec/performance.md).
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker",
                        "pack-relative-relocs",
                    ], .when(platforms: [.linux], configuration: .release))
            ]
        ),

        // Fills a database for deploy/bench.
        .executableTarget(
            name: "hallway-fill", dependencies: ["Domain", "Storage"], path: "Tests/Benchmarks/Fill",
            swiftSettings: settings
        ),

        // Tests/Support holds the cast, the vectors and the fake network.
        .target(
            name: "Support",
            dependencies: [
                "Domain", "JSON", "ActivityStreams", "Signatures", "Storage", "PostgresStorage", "CPostgres",
                "Social", "Federation", logging,
            ],
            path: "Tests/Support", swiftSettings: settings
        ),
        tests("HouseTests", []),
        tests("DomainTests", ["Domain"]),
        tests("JSONTests", ["JSON"]),
        tests("MarkupTests", ["Markup"]),
        tests("ActivityStreamsTests", ["ActivityStreams", "JSON"]),
        tests("SignaturesTests", ["Signatures", "JSON"]),
        tests("StorageTests", ["Domain", "Storage", "PostgresStorage", "Social"]),
        tests(
            "JourneyTests",
            [
                "Domain", "JSON", "ActivityStreams", "Signatures", "Storage", "Social", "Federation",
                "Directory", "Surface", "ClientAPI", "WebUI", "Assembly", hummingbird, httpTypes, logging,
                nio,
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        tests("DirectoryTests", ["Domain", "JSON", "Signatures", "Storage", "Directory"]),
        tests(
            "AssemblyTests",
            [
                "Domain", "Federation", "Storage", "Social", "Surface", "ClientAPI", "WebUI", "Assembly",
                hummingbird, logging, nio, httpTypes,
            ]),
        .testTarget(
            name: "ProcessTests", dependencies: ["Support", "hallway"], exclude: ["Clients"],
            swiftSettings: settings),
    ]
)
