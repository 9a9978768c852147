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
        .executable(name: "freshet", targets: ["freshet"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLZMA", providers: [.apt(["liblzma-dev"])]),
        .target(name: "CFreshetKernels"),
        library("FreshetTensor", ["CDNNL", "CFreshetKernels"]),
        library("FreshetCore"),
        library("FreshetNN", ["FreshetTensor", "FreshetCore", "CZlib"]),
        library("FreshetLanguage", ["FreshetNN"]),
        library("FreshetData", ["FreshetCore", "CZlib", "CLZMA"]),
        library("FreshetModels", ["FreshetLanguage", "FreshetNN", "FreshetTensor", "FreshetData", "CFreshetKernels"]),
        library("FreshetEvaluation", ["FreshetModels"]),
        .executableTarget(
            name: "freshet",
            dependencies: [
                "FreshetEvaluation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        library("FreshetTestSupport", ["FreshetEvaluation"]),
        tests(of: "FreshetTensor"),
        tests(of: "FreshetCore"),
        tests(of: "FreshetNN"),
        tests(of: "FreshetLanguage"),
        tests(of: "FreshetData"),
        tests(of: "FreshetModels"),
        tests(of: "FreshetEvaluation", resources: [.copy("Fixtures")]),
        .testTarget(
            name: "FreshetCommandTests",
            dependencies: ["freshet", "FreshetTestSupport"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
