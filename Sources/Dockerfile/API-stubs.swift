package import Diagnostics

// Declarations that others code against; each moves to its own file as it is written.

extension WordExpander {
    /// Expands one word.
    package func expand(_ word: String, lookup: (String) -> String?) throws(WordError) -> ExpandedWord {
        ExpandedWord()
    }
}

extension Dockerfile {
    /// Parses the bytes of a file. Warnings are in ``diagnostics``.
    package static func parse(_ bytes: [UInt8], file: String) throws(DockerfileError) -> Dockerfile {
        throw DockerfileError(diagnostics: [], lines: 0...0)
    }
}

extension DockerfileTree {
    /// The line parser alone.
    package static func parse(_ source: DockerfileSource) throws(DockerfileError) -> DockerfileTree { DockerfileTree() }
}

extension Command {
    /// Parses a trigger (`ONBUILD`) out of an image's config.
    package static func parseTrigger(_ text: String) throws(DockerfileError) -> Command {
        throw DockerfileError(diagnostics: [], lines: 0...0)
    }
}

extension Instruction {
    /// The instruction with its words expanded, exactly those that BuildKit expands: the arguments of `ADD`, `COPY`,
    /// `ENV`, `EXPOSE`, `LABEL`, `STOPSIGNAL`, `USER`, `VOLUME`, `WORKDIR`, `--chown`, `--chmod`, `--exclude`,
    /// `--checksum`, the fields of `--mount` and the content of unquoted here-documents in `COPY` and `ADD`. `ARG` is
    /// left alone: its default counts only when no build argument replaces it, so the build expands it.
    package func expanded(in scope: inout ExpansionScope) throws(InstructionError) -> Instruction { self }
}

/// A port of `EXPOSE`.
package struct Port: Hashable, Sendable {
    package var number: UInt16
    /// `tcp`, `udp` or `sctp`.
    package var `protocol`: String
    /// `80/tcp`, as the image config spells it.
    package var description: String { "\(number)/\(`protocol`)" }
    /// Ports of the expanded words of `EXPOSE`, ranges spread out, sorted as BuildKit does.
    package static func parse(_ words: [String]) throws(InstructionError) -> [Port] { [] }
}

/// The rules of a `.dockerignore`: Go's `patternmatcher`.
package struct IgnorePatterns: Sendable {
    /// One rule.
    package struct Rule: Hashable, Sendable {
        /// As BuildKit reads it (cleaned), with `!` in front of an exception.
        package var pattern: String
        /// 1-based line in the file; 0 when it came from elsewhere.
        package var line: Int
    }

    package var rules: [Rule]

    /// Reads a `.dockerignore`; a bad pattern is an error with its line.
    package static func parse(_ bytes: [UInt8], file: String) throws(DockerfileError) -> IgnorePatterns {
        IgnorePatterns(rules: [])
    }

    /// Takes patterns as they are (`--exclude`).
    package init(patterns: [String]) throws(InstructionError) { rules = [] }
    init(rules: [Rule]) { self.rules = rules }

    /// Whether a path (relative, `/` between names) is left out; its parents count, too.
    package func ignores(_ path: String) -> Bool { false }
    /// The rule that had the last word about a path, nil when it is kept because no rule is about it.
    package func verdict(_ path: String) -> (isIgnored: Bool, rule: Rule?) { (false, nil) }
    /// Whether anything below an ignored directory could be kept again: false means a walk may skip it.
    package func mayKeepBelow(_ directory: String) -> Bool { true }
}

/// Go's `filepath.Match`, for wildcards in `COPY` and `ADD`.
package struct GlobPattern: Hashable, Sendable {
    package let pattern: String
    /// A malformed pattern is an error.
    package init(_ pattern: String) throws(InstructionError) { self.pattern = pattern }
    /// Whether the whole name matches; `*` and `?` stop at `/`.
    package func matches(_ name: String) -> Bool { false }
    /// Whether a text has wildcards at all.
    package static func hasWildcards(_ text: String) -> Bool { false }
}

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
