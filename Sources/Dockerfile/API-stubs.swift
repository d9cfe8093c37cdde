package import Diagnostics

// Declarations that others code against; each moves to its own file as it is written.

/// A value of `--chmod`: octal, or symbolic as in `u=rwX,go+r`.
package struct FileMode: Hashable, Sendable {
    /// A malformed value is an error.
    package init(_ text: String) throws(InstructionError) {}
    /// The permission bits (07777) of a file that had `mode`.
    package func applied(to mode: UInt32, isDirectory: Bool) -> UInt32 { mode }
}

/// `os/arch[/variant]`, normalised as containerd does (`x86_64` is `amd64`, `aarch64` is `arm64`).
package struct PlatformName: Hashable, Sendable {
    package var os: String
    package var architecture: String
    package var variant: String?
    /// A malformed name is an error.
    package init(_ text: String) throws(InstructionError) {
        os = ""
        architecture = ""
    }
}

/// Checks of a Dockerfile: BuildKit's 22 under their names, and ours that teach.
package enum DockerfileLint {
    /// What a rule may need to know beside the text.
    package struct Options: Sendable {
        /// `--build-arg`.
        package var buildArguments: [String: String] = [:]
        /// `--target`, nil for the last stage.
        package var target: String?
        package var ignore: IgnorePatterns?
        /// The environment, platform and so on of a base image; nil when it is not known.
        package var baseConfig: (@Sendable (String) -> BaseConfig?)?
        /// The target platform, `linux/amd64`.
        package var platform = "linux/amd64"
        /// Rules of ours as well as BuildKit's.
        package var teaches = true
        package init() {}
    }

    /// What a base image says about itself.
    package struct BaseConfig: Sendable {
        package var environment: [String]
        package var platform: String?
        package var workingDirectory: String?
        package init(environment: [String], platform: String? = nil, workingDirectory: String? = nil) {
            self.environment = environment
            self.platform = platform
            self.workingDirectory = workingDirectory
        }
    }

    /// BuildKit's rules have names like `StageNameCasing`, ours like `compiler-in-final-stage`.
    package static func lint(_ dockerfile: Dockerfile, options: Options = Options()) -> [Diagnostic] { [] }
}
