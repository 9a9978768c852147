// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A library of ours.
///
/// A target imports only what it names here.
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
        dependencies: [.byName(name: name), "FreshetTestSupport"] + dependencies,
        resources: resources,
        swiftSettings: settings
    )
}

let package = Package(
    name: "freshet",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "FreshetTensor", targets: ["FreshetTensor"]),
        .library(name: "FreshetNN", targets: ["FreshetNN"]),
        .library(name: "FreshetLanguage", targets: ["FreshetLanguage"]),
        .library(name: "FreshetCore", targets: ["FreshetCore"]),
        .library(name: "FreshetData", targets: ["FreshetData"]),
        .library(name: "FreshetModels", targets: ["FreshetModels"]),
        .library(name: "FreshetEvaluation", targets: ["FreshetEvaluation"]),
        .library(name: "FreshetExperiments", targets: ["FreshetExperiments"]),
        .library(name: "FreshetFeedback", targets: ["FreshetFeedback"]),
        .library(name: "FreshetRecommendation", targets: ["FreshetRecommendation"]),
        .library(name: "FreshetLearning", targets: ["FreshetLearning"]),
        .library(name: "FreshetStorage", targets: ["FreshetStorage"]),
        .library(name: "FreshetEngine", targets: ["FreshetEngine"]),
        .library(name: "FreshetServer", targets: ["FreshetServer"]),
        .executable(name: "freshet", targets: ["freshet"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLZMA", providers: [.apt(["liblzma-dev"])]),
        .target(name: "CFreshetKernels"),
        .target(name: "CFreshetDashboard"),
        library("FreshetTensor", ["CDNNL", "CFreshetKernels"]),
        library("FreshetCore"),
        library("FreshetNN", ["FreshetTensor", "FreshetCore", "CZlib"]),
        library("FreshetLanguage", ["FreshetNN", "FreshetTensor", "FreshetData", "CFreshetKernels"]),
        library("FreshetData", ["FreshetCore", "CZlib", "CLZMA"]),
        library("FreshetModels", ["FreshetLanguage", "FreshetNN", "FreshetTensor", "FreshetData", "CFreshetKernels"]),
        library("FreshetEvaluation", ["FreshetModels"]),
        library("FreshetExperiments", ["FreshetCore"]),
        library("FreshetFeedback", ["FreshetExperiments", "FreshetCore"]),
        library("FreshetRecommendation", ["FreshetModels"]),
        library("FreshetLearning", ["FreshetEvaluation", "FreshetExperiments"]),
        library(
            "FreshetStorage",
            [
                "FreshetData",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        library(
            "FreshetEngine",
            [
                "FreshetExperiments",
                "FreshetFeedback",
                "FreshetLanguage",
                "FreshetLearning",
                "FreshetRecommendation",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        library(
            "FreshetServer",
            [
                "CFreshetDashboard",
                "FreshetEngine",
                "FreshetFeedback",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["Dashboard"]
        ),
        .executableTarget(
            name: "freshet",
            dependencies: [
                "FreshetEngine",
                "FreshetExperiments",
                "FreshetFeedback",
                "FreshetServer",
                "FreshetStorage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        library("FreshetTestSupport", ["FreshetEngine"]),
        tests(of: "FreshetTensor", ["CFreshetKernels"]),
        tests(of: "FreshetCore"),
        tests(of: "FreshetNN"),
        tests(of: "FreshetLanguage", resources: [.copy("Fixtures")]),
        tests(of: "FreshetData"),
        tests(of: "FreshetModels"),
        tests(of: "FreshetEvaluation", resources: [.copy("Fixtures")]),
        tests(of: "FreshetExperiments", ["FreshetTensor"], resources: [.copy("Fixtures")]),
        tests(of: "FreshetFeedback", ["FreshetExperiments", "FreshetTensor"]),
        tests(of: "FreshetRecommendation"),
        tests(of: "FreshetLearning", ["FreshetExperiments"]),
        .executableTarget(
            name: "StorageProbe",
            dependencies: ["FreshetStorage"],
            path: "Tests/StorageProbe",
            swiftSettings: settings
        ),
        tests(of: "FreshetStorage", ["StorageProbe", "FreshetTensor", .product(name: "GRDB", package: "GRDB.swift")]),
        tests(of: "FreshetEngine", ["FreshetFeedback", "FreshetStorage"]),
        tests(
            of: "FreshetServer",
            [
                "FreshetStorage",
                "FreshetTensor",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]
        ),
        .testTarget(
            name: "FreshetCommandTests",
            dependencies: [
                "freshet",
                "FreshetTestSupport",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
