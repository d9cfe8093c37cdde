package import Diagnostics

/// Checks of a Dockerfile: BuildKit's 22 under their names, and ours that teach.
///
/// BuildKit's rules have names like `StageNameCasing`, ours like `compiler-in-final-stage`; ``isBuildKitRule(_:)``
/// tells them apart. Both obey `# check=skip=...`, at the top of the file or right before an instruction.
package enum DockerfileLint {
    /// What a rule may need to know beside the text.
    package struct Options: Sendable {
        /// `--build-arg`; `BUILDKIT_DOCKERFILE_CHECK` replaces the file's `# check=`.
        package var buildArguments: [String: String] = [:]
        /// `--target`, nil for the last stage.
        package var target: String?
        /// The `.dockerignore` of the context, for `CopyIgnoredFile`.
        package var ignore: IgnorePatterns?
        /// The config of a base image; nil when there is no such image. Without a provider nothing is assumed about
        /// base images; with one, a base that it does not know ends the checks that need to know the base.
        package var baseConfig: (@Sendable (String) -> BaseConfig?)?
        /// The target platform, `linux/amd64`.
        package var platform = "linux/" + PlatformName.hostArchitecture
        /// Rules of ours as well as BuildKit's.
        package var teaches = true

        package init() {}
    }

    /// What a base image says about itself.
    package struct BaseConfig: Sendable {
        /// `NAME=value`.
        package var environment: [String]
        package var platform: String?
        package var workingDirectory: String?
        /// `SHELL`; empty for the default.
        package var shell: [String] = []
        /// There may be such an image, but nobody here knows it: nothing is assumed about it.
        package var isUnknown = false

        /// What is not known.
        package static var unknown: BaseConfig {
            var config = BaseConfig(environment: [])
            config.isUnknown = true
            return config
        }

        package init(environment: [String], platform: String? = nil, workingDirectory: String? = nil) {
            self.environment = environment
            self.platform = platform
            self.workingDirectory = workingDirectory
        }
    }

    /// What a check found.
    package struct Report: Sendable {
        /// Warnings and notes, by line.
        package var warnings: [Diagnostic] = []
        /// Why a build would fail before its first step; nil when nothing is known to be in the way.
        package var error: DockerfileError?
        /// `# check=error=true` and there are warnings.
        package var failsOnWarnings = false
    }

    /// All warnings about a Dockerfile that can be parsed.
    package static func lint(_ dockerfile: Dockerfile, options: Options = Options()) -> [Diagnostic] {
        var run = LintRun(source: dockerfile.source, directives: dockerfile.directives, options: options)
        run.checkNodes(dockerfile.nodes, warnings: dockerfile.diagnostics)
        run.check(dockerfile)
        return run.report.warnings
    }

    /// Parses and checks a file; warnings from before an error are kept.
    package static func check(_ bytes: [UInt8], file: String, options: Options = Options()) -> Report {
        let source = DockerfileSource(bytes: bytes, file: file)
        let tree: DockerfileTree
        do throws(DockerfileError) {
            tree = try DockerfileTree.parse(source)
        } catch {
            var run = LintRun(source: source, directives: ParserDirectives(), options: options)
            run.checkCharacters([])
            return Report(warnings: run.report.warnings, error: error)
        }
        var run = LintRun(source: source, directives: tree.directives, options: options)
        do throws(DockerfileError) {
            let dockerfile = try Dockerfile.parse(tree, source: source)
            run.checkNodes(tree.nodes, warnings: tree.warnings)
            run.check(dockerfile)
        } catch {
            let before = tree.nodes.prefix { $0.range.start.line < error.lines.lowerBound }
            run.checkNodes(Array(before), warnings: tree.warnings)
            run.checkCharacters(tree.nodes)
            run.fail(error)
        }
        return run.report
    }

    /// Whether a rule is one of BuildKit's.
    package static func isBuildKitRule(_ id: String) -> Bool { buildKitRules.contains(id) }

    /// BuildKit's rules, in the order of its documentation.
    package static let buildKitRules = [
        "ConsistentInstructionCasing", "CopyIgnoredFile", "DuplicateStageName", "ExposeInvalidFormat",
        "ExposeProtoCasing", "FromAsCasing", "FromPlatformFlagConstDisallowed", "InvalidBaseImagePlatform",
        "InvalidDefaultArgInFrom", "InvalidDefinitionDescription", "JSONArgsRecommended", "LegacyKeyValueFormat",
        "MaintainerDeprecated", "MultipleInstructionsDisallowed", "NoEmptyContinuation", "RedundantTargetPlatform",
        "ReservedStageName", "SecretsUsedInArgOrEnv", "StageNameCasing", "UndefinedArgInFrom", "UndefinedVar",
        "WorkdirRelativePath",
    ]

    /// Our rules, in alphabetical order.
    package static let teachingRules = [
        "apt-get-without-update", "apt-get-without-yes", "cd-has-no-effect", "compiler-in-final-stage",
        "heredoc-goes-on", "later-stage", "outside-context", "package-lists-left", "pasted-character",
        "single-quotes-in-json", "sources-without-directory", "stage-typo", "unused-stage",
    ]
}
