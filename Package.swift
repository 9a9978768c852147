// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// A target names everything that its files import, and nothing else: scripts/check-imports.swift holds it to that.

func library(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name)] + dependencies,
        resources: resources,
        swiftSettings: settings
    )
}

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let libPQ = target(name: "CLibPQ", condition: .when(traits: ["PostgreSQL"]))
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
}

let package = Package(
    name: "freshet",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "FreshetTensor", targets: ["FreshetTensor"]),
        .library(name: "FreshetNN", targets: ["FreshetNN"]),
        .library(name: "FreshetLanguage", targets: ["FreshetLanguage"]),
        .library(name: "FreshetCluster", targets: ["FreshetCluster"]),
        .library(name: "FreshetCore", targets: ["FreshetCore"]),
        .library(name: "FreshetData", targets: ["FreshetData"]),
        .library(name: "FreshetModels", targets: ["FreshetModels"]),
        .library(name: "FreshetEvaluation", targets: ["FreshetEvaluation"]),
        .library(name: "FreshetReport", targets: ["FreshetReport"]),
        .library(name: "FreshetExperiments", targets: ["FreshetExperiments"]),
        .library(name: "FreshetFairness", targets: ["FreshetFairness"]),
        .library(name: "FreshetFeedback", targets: ["FreshetFeedback"]),
        .library(name: "FreshetRecommendation", targets: ["FreshetRecommendation"]),
        .library(name: "FreshetLearning", targets: ["FreshetLearning"]),
        .library(name: "FreshetStorage", targets: ["FreshetStorage"]),
        .library(name: "FreshetKafka", targets: ["FreshetKafka"]),
        .library(name: "FreshetPostgres", targets: ["FreshetPostgres"]),
        .library(name: "FreshetEngine", targets: ["FreshetEngine"]),
        .library(name: "FreshetServer", targets: ["FreshetServer"]),
        .library(name: "FreshetTestSupport", targets: ["FreshetTestSupport"]),
        .executable(name: "freshet", targets: ["freshet"]),
    ],
    traits: [
        .trait(name: "Cluster", description: "Ranks of a training that speak through Open MPI; needs libopenmpi-dev."),
        .trait(name: "Kafka", description: "Events from topics of Kafka; needs librdkafka-dev."),
        .trait(name: "PostgreSQL", description: "The store in PostgreSQL; needs libpq-dev."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    ],
    targets: [
        .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLZMA", providers: [.apt(["liblzma-dev"])]),
        // Only with the trait Cluster does anything need it.
        .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
        // Only with the trait Kafka does anything need it.
        .systemLibrary(name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CFreshetKernels"),
        .target(name: "CFreshetDashboard"),
        library("FreshetTensor", ["CDNNL", "CFreshetKernels"]),
        library("FreshetCore"),
        library("FreshetNN", ["CFreshetKernels", "CZlib", "FreshetCore", "FreshetTensor"]),
        library("FreshetLanguage", ["CFreshetKernels", "FreshetCore", "FreshetData", "FreshetNN", "FreshetTensor"]),
        library("FreshetData", ["CLZMA", "CZlib", "FreshetCore"]),
        library(
            "FreshetCluster",
            [
                "CFreshetKernels", "FreshetCore", "FreshetNN", "FreshetTensor",
                .target(name: "COpenMPI", condition: .when(traits: ["Cluster"])),
            ]
        ),
        library(
            "FreshetModels",
            [
                "CFreshetKernels", "FreshetCluster", "FreshetCore", "FreshetData", "FreshetLanguage", "FreshetNN",
                "FreshetTensor",
            ]
        ),
        library(
            "FreshetEvaluation",
            ["CFreshetKernels", "FreshetCore", "FreshetData", "FreshetFairness", "FreshetModels", "FreshetTensor"]
        ),
        library("FreshetReport", ["FreshetCore", "FreshetEvaluation", "FreshetModels"]),
        library(
            "FreshetRecommendation",
            [
                "CFreshetKernels", "FreshetCore", "FreshetData", "FreshetFairness", "FreshetLanguage", "FreshetModels",
                "FreshetTensor",
            ]
        ),
        library("FreshetExperiments", ["FreshetCore"]),
        library("FreshetFairness", ["FreshetCore"]),
        library("FreshetFeedback", ["FreshetExperiments", "FreshetCore"]),
        library(
            "FreshetLearning",
            ["FreshetCore", "FreshetData", "FreshetExperiments", "FreshetModels", "FreshetNN", "FreshetTensor"]
        ),
        library("FreshetStorage", ["FreshetCore", "FreshetData", .grdb, .grdbSQLite]),
        library("FreshetPostgres", [.libPQ, "FreshetCore", "FreshetData", "FreshetStorage"]),
        library(
            "FreshetKafka",
            ["FreshetCore", "FreshetData", .target(name: "CRDKafka", condition: .when(traits: ["Kafka"]))]
        ),
        library(
            "FreshetEngine",
            [
                "FreshetCore", "FreshetData", "FreshetExperiments", "FreshetFeedback", "FreshetLanguage",
                "FreshetLearning",
                "FreshetModels", "FreshetNN", "FreshetRecommendation", "FreshetTensor", .crypto, .logging, .metrics,
                .serviceLifecycle,
            ]
        ),
        library(
            "FreshetServer",
            [
                "CFreshetDashboard", "FreshetCore", "FreshetData", "FreshetEngine", "FreshetExperiments",
                "FreshetFeedback", "FreshetRecommendation", .coreMetrics, .crypto, .httpTypes, .hummingbird, .logging,
                .nioCore, .nioHTTP1, .nioHTTPTypes, .serviceLifecycle,
            ],
            exclude: ["Dashboard"]
        ),
        .executableTarget(
            name: "freshet",
            dependencies: [
                "FreshetCluster", "FreshetCore", "FreshetData", "FreshetEngine", "FreshetEvaluation",
                "FreshetExperiments", "FreshetFairness", "FreshetFeedback", "FreshetLanguage",
                "FreshetKafka", "FreshetLearning", "FreshetModels", "FreshetNN", "FreshetPostgres",
                "FreshetRecommendation", "FreshetReport",
                "FreshetServer", "FreshetStorage", "FreshetTensor", .argumentParser, .asyncHTTPClient, .configuration,
                .coreMetrics, .crypto, .logging, .nioCore, .nioHTTP1, .serviceLifecycle, .unixSignals,
            ],
            swiftSettings: settings
        ),
        library(
            "FreshetTestSupport",
            ["FreshetCluster", "FreshetCore", "FreshetData", "FreshetModels", "FreshetNN", "FreshetTensor"]
        ),
        tests(of: "FreshetTensor", ["CFreshetKernels", "FreshetTestSupport"]),
        tests(of: "FreshetCore"),
        tests(of: "FreshetNN", ["FreshetCore", "FreshetTensor", "FreshetTestSupport"]),
        tests(
            of: "FreshetLanguage",
            ["FreshetCore", "FreshetData", "FreshetNN", "FreshetTensor", "FreshetTestSupport"],
            resources: [.copy("Fixtures")]
        ),
        tests(of: "FreshetCluster", ["FreshetCore", "FreshetNN", "FreshetTensor", "FreshetTestSupport"]),
        tests(of: "FreshetData", ["FreshetCore"]),
        tests(
            of: "FreshetModels",
            [
                "CFreshetKernels", "FreshetCluster", "FreshetCore", "FreshetData", "FreshetExperiments",
                "FreshetLanguage", "FreshetNN", "FreshetTensor", "FreshetTestSupport",
            ]
        ),
        tests(
            of: "FreshetEvaluation",
            ["FreshetCore", "FreshetData", "FreshetFairness", "FreshetModels", "FreshetNN", "FreshetTensor"],
            resources: [.copy("Fixtures")]
        ),
        tests(of: "FreshetReport", ["FreshetCore", "FreshetEvaluation", "FreshetModels", "FreshetTensor"]),
        tests(of: "FreshetExperiments", ["FreshetCore", "FreshetTensor"], resources: [.copy("Fixtures")]),
        tests(of: "FreshetFairness", ["FreshetCore", "FreshetTensor"]),
        tests(of: "FreshetFeedback", ["FreshetCore", "FreshetExperiments", "FreshetTensor"]),
        tests(
            of: "FreshetRecommendation",
            ["FreshetCore", "FreshetData", "FreshetModels", "FreshetNN", "FreshetTensor"]
        ),
        tests(
            of: "FreshetLearning",
            [
                "FreshetCore", "FreshetData", "FreshetEvaluation", "FreshetExperiments", "FreshetModels", "FreshetNN",
                "FreshetTensor", "FreshetTestSupport",
            ]
        ),
        .executableTarget(
            name: "StorageProbe",
            dependencies: ["FreshetCore", "FreshetData", "FreshetStorage"],
            path: "Tests/StorageProbe",
            swiftSettings: settings
        ),
        // Processes that tests start.
        .target(name: "CChildProcess", path: "Tests/CChildProcess"),
        .target(
            name: "ChildProcesses",
            dependencies: ["CChildProcess"],
            path: "Tests/ChildProcesses",
            swiftSettings: settings
        ),
        tests(
            of: "FreshetStorage",
            // The tests start the probe.
            [
                "ChildProcesses", "FreshetCore", "FreshetData", "FreshetTensor", "FreshetTestSupport", "StorageProbe",
                .grdb,
            ]
        ),
        tests(
            of: "FreshetKafka",
            [
                "FreshetCore", "FreshetData", "FreshetStorage", "FreshetTensor",
                .target(name: "CRDKafka", condition: .when(traits: ["Kafka"])),
            ]
        ),
        tests(
            of: "FreshetPostgres",
            [
                "ChildProcesses", "FreshetCore", "FreshetData", "FreshetEngine", "FreshetRecommendation",
                "FreshetStorage", "FreshetTestSupport", .logging,
            ]
        ),
        tests(
            of: "FreshetEngine",
            [
                "FreshetCore", "FreshetData", "FreshetExperiments", "FreshetFeedback", "FreshetLanguage",
                "FreshetLearning",
                "FreshetModels", "FreshetNN", "FreshetRecommendation", "FreshetStorage", "FreshetTensor", .crypto,
                .logging,
            ]
        ),
        tests(
            of: "FreshetServer",
            [
                "ChildProcesses", "FreshetCore", "FreshetEngine", "FreshetLanguage", "FreshetLearning",
                "FreshetRecommendation", "FreshetStorage",
                "FreshetTensor", .asyncHTTPClient, .coreMetrics, .httpTypes, .hummingbird, .hummingbirdTesting,
                .logging, .nioCore, .nioHTTP1, .serviceLifecycle,
            ]
        ),
        .testTarget(
            name: "FreshetCommandTests",
            dependencies: [
                "ChildProcesses", "FreshetCore", "FreshetData", "FreshetEngine", "FreshetLearning", "FreshetModels",
                "FreshetNN", "FreshetServer", "FreshetStorage", "FreshetTensor", "freshet", .configuration, .logging,
                .nioCore,
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        // A package of somebody else's, as far as the compiler can tell: it sees what is public, and nothing more.
        .target(
            name: "ShopExtensions",
            dependencies: [
                "FreshetCore", "FreshetData", "FreshetModels", "FreshetNN", "FreshetRecommendation", "FreshetTensor",
            ],
            path: "Samples/extensions/Sources/ShopExtensions",
            packageAccess: false,
            swiftSettings: settings
        ),
        .testTarget(
            name: "ShopExtensionsTests",
            dependencies: [
                "FreshetCore", "FreshetData", "FreshetEngine", "FreshetLearning", "FreshetModels",
                "FreshetNN", "FreshetRecommendation", "FreshetStorage", "FreshetTensor", "FreshetTestSupport",
                "ShopExtensions",
            ],
            path: "Samples/extensions/Tests/ShopExtensionsTests",
            packageAccess: false,
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)

// In scripts/optimised, which has this file by a link, the package is what computes and nothing else, so that an optimised
// build of its tests takes a minute or two. Of what tests share these need the checks of numbers alone.
if Context.packageDirectory.hasSuffix("/scripts/optimised") {
    (package.products, package.dependencies) = ([], [])
    let numbers = package.targets.first { $0.name == "FreshetTestSupport" }
    numbers?.dependencies = ["FreshetTensor"]
    numbers?.sources = ["GradientCheck.swift", "Reference.swift"]
    package.targets = targets(["FreshetTensorTests", "FreshetNNTests"], among: package.targets)
}

/// The targets of these names and all that they depend on.
func targets(_ names: [String], among all: [Target]) -> [Target] {
    var (needed, waiting) = (Set<String>(), names)
    while let name = waiting.popLast() {
        guard needed.insert(name).inserted, let target = all.first(where: { $0.name == name }) else { continue }
        waiting += target.dependencies.compactMap { dependency in
            if case .byNameItem(let name, _) = dependency { name } else { nil }
        }
    }
    return all.filter { needed.contains($0.name) }
}
