import Dockerfile

/// The variables that BuildKit gives every build: `TARGETPLATFORM`, `BUILDARCH` and their kin.
enum PlatformArguments {
    /// The values, each replaced by a `--build-arg` of its name.
    static func values(
        target: PlatformName, build: PlatformName, targetStage: String?, overrides: [String: String]
    ) -> EnvironmentList {
        var list = EnvironmentList()
        let pairs = [
            ("BUILDPLATFORM", build.formatted), ("BUILDOS", build.os), ("BUILDOSVERSION", ""),
            ("BUILDARCH", build.architecture), ("BUILDVARIANT", build.variant ?? ""),
            ("TARGETPLATFORM", target.formatted), ("TARGETOS", target.os), ("TARGETOSVERSION", ""),
            ("TARGETARCH", target.architecture), ("TARGETVARIANT", target.variant ?? ""),
            ("TARGETSTAGE", targetStage ?? "default"),
        ]
        for (name, value) in pairs { list[name] = overrides[name] ?? value }
        return list
    }
}

extension PlatformName {
    /// `os/arch[/variant]`
    var formatted: String { "\(os)/\(architecture)" + (variant.map { $0.isEmpty ? "" : "/\($0)" } ?? "") }

    /// The platform of the machine that the program runs on.
    static func host() throws(InstructionError) -> PlatformName {
        #if arch(x86_64)
            try PlatformName("linux/amd64")
        #elseif arch(arm64)
            try PlatformName("linux/arm64")
        #else
            try PlatformName("linux")
        #endif
    }
}
