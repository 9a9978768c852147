// swift-tools-version: 6.2
import PackageDescription

/// What another program adds to Freshet, with the public interface alone.
///
/// In your own repository, name Freshet by its address instead of its folder.
let package = Package(
    name: "shop-extensions",
    platforms: [.macOS(.v15)],
    products: [.library(name: "ShopExtensions", targets: ["ShopExtensions"])],
    dependencies: [.package(name: "freshet", path: "../..")],
    targets: [
        .target(
            name: "ShopExtensions",
            dependencies: [
                .product(name: "FreshetCore", package: "freshet"),
                .product(name: "FreshetData", package: "freshet"),
                .product(name: "FreshetModels", package: "freshet"),
                .product(name: "FreshetNN", package: "freshet"),
                .product(name: "FreshetRecommendation", package: "freshet"),
                .product(name: "FreshetTensor", package: "freshet"),
            ]
        ),
        .testTarget(
            name: "ShopExtensionsTests",
            dependencies: [
                "ShopExtensions",
                .product(name: "FreshetCore", package: "freshet"),
                .product(name: "FreshetData", package: "freshet"),
                .product(name: "FreshetEngine", package: "freshet"),
                .product(name: "FreshetLearning", package: "freshet"),
                .product(name: "FreshetModels", package: "freshet"),
                .product(name: "FreshetNN", package: "freshet"),
                .product(name: "FreshetRecommendation", package: "freshet"),
                .product(name: "FreshetStorage", package: "freshet"),
                .product(name: "FreshetTensor", package: "freshet"),
                .product(name: "FreshetTestSupport", package: "freshet"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
