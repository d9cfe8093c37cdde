// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is held to the same rules: Swift 6 mode, explicit existentials, imports that do not leak.
let rules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

/// A library target with the tests that stand next to it.
func room(_ name: String, _ dependencies: [Target.Dependency], tests: [Target.Dependency] = []) -> [Target] {
    [
        .target(name: name, dependencies: dependencies, swiftSettings: rules),
        .testTarget(
            name: name + "Tests",
            dependencies: [.target(name: name)] + dependencies + tests,
            resources: [.copy("Fixtures")],
            swiftSettings: rules
        ),
    ]
}

let package = Package(
    name: "lesson",
    products: [
        .executable(name: "lesson", targets: ["lesson"]),
        .library(name: "Slides", targets: ["Slides", "Diagnostics"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // System libraries, C shims.
        .systemLibrary(name: "CCMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
        .systemLibrary(
            name: "CArchive",
            providers: [.apt(["libarchive-dev", "libbz2-dev", "liblzma-dev", "libzstd-dev", "zlib1g-dev"])]),
        .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
        .target(name: "CLinux"),
    ]
        // The text side: text in, values out, no I/O beyond reading a file.
        + room("Diagnostics", [])
        + room("Slides", ["CCMark", "Diagnostics"])
        + room("Lessons", ["Slides", "Diagnostics", yams, system])
        + room("Dockerfile", ["Diagnostics"])
        // The kernel side.
        + room("OCI", ["CNettle"])
        + room("Linux", ["CLinux", system])
        + room("Images", ["OCI", "Linux", "CArchive", "CLZMA", "Diagnostics", grdb, system], tests: ["TestBench"])
        + room("Sandbox", ["OCI", "Linux", "CLinux", system], tests: ["sandbox-probe", "TestBench"])
        + room(
            "Build", ["Dockerfile", "Images", "Sandbox", "OCI", "Linux", "Diagnostics", system],
            tests: ["lesson", "TestBench"])
        // Where the two meet.
        + room("Checks", ["Build", "Dockerfile", "Images", "Lessons", "OCI", "Diagnostics", system])
        + room(
            "Grading",
            [
                "Checks", "Build", "Dockerfile", "Images", "Sandbox", "Lessons", "OCI", "Linux", "Diagnostics", grdb,
                system,
            ])
        + room("TerminalUI", ["Slides", "Diagnostics"])
        + room(
            "LessonCommands",
            [
                "Slides", "Lessons", "Dockerfile", "OCI", "Linux", "Images", "Sandbox", "Build", "Checks", "Grading",
                "TerminalUI", "Diagnostics", arguments, system,
            ])
        + [
            // What the sandbox's tests start, so that each stands in namespaces of its own.
            .executableTarget(
                name: "sandbox-probe",
                dependencies: ["Sandbox", "Linux", system],
                path: "Tests/Support/SandboxProbe",
                swiftSettings: rules
            ),
            // What several test targets stand on.
            .target(
                name: "TestBench", dependencies: ["Linux", system], path: "Tests/Support/TestBench",
                swiftSettings: rules),
        ]
        + [
            .executableTarget(name: "lesson", dependencies: ["LessonCommands", arguments], swiftSettings: rules),
            .testTarget(
                name: "AttackTests",
                dependencies: ["lesson", "Linux", system],
                resources: [.copy("Fixtures")],
                swiftSettings: rules
            ),
            // Each parser of what comes from outside, fed with mutants of valid inputs.
            .testTarget(
                name: "FuzzTests",
                dependencies: [
                    "Checks", "Diagnostics", "Dockerfile", "Images", "LessonCommands", "Lessons", "Linux", "OCI",
                    "Slides", system,
                ],
                swiftSettings: rules
            ),
            .testTarget(
                name: "EndToEndTests",
                dependencies: ["lesson", "Lessons", system],
                resources: [.copy("Fixtures")],
                swiftSettings: rules
            ),
        ]
)
