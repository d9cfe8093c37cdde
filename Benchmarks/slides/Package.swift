// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "slides-benchmark",
    dependencies: [.package(name: "lesson", path: "../..")],
    targets: [
        .systemLibrary(name: "CCMarkBaseline", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
        .executableTarget(
            name: "SlidesBenchmark",
            dependencies: [.product(name: "Slides", package: "lesson"), "CCMarkBaseline"],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("MemberImportVisibility")]
        ),
    ]
)
