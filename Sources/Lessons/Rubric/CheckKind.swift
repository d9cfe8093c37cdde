/// What a check looks at: a closed set, so that a lesson parametrises and never runs code in the grader.
package enum CheckKind: Sendable, Hashable, Codable {
    /// The image builds.
    case builds
    /// How many stages there are and whether the last takes files from another.
    case stages(StagesRule)
    /// A stage has a name.
    case stageName(StageNameRule)
    /// What the final stage stands on.
    case finalBase(FinalBaseRule)
    /// What the image adds to a base.
    case imageDelta(ImageDeltaRule)
    /// Files that must not be in any layer.
    case forbiddenFiles(ForbiddenFilesRule)
    /// An executable and whether it can start.
    case executable(ExecutableRule)
    /// The image's own command and what it prints.
    case run(RunRule)
    /// The image's size.
    case size(SizeRule)
    /// The bytes over the base.
    case added(LimitRule)
    /// The number of layers over the base.
    case layers(LimitRule)
    /// The image's configuration.
    case config(ConfigRule)
    /// An instruction that is used, or not.
    case instruction(InstructionRule)
    /// What the linter says.
    case lint(LintRule)
    /// Steps that a change of the source leaves in the cache.
    case cached(CachedRule)
    /// A file of the image.
    case file(FileRule)
    /// Where a file of the image comes from.
    case origin(OriginRule)
    /// The substitution of sources, as a check with points.
    case substitution(SubstitutionRule)

    /// The word for it in `lesson.yml` and in reports.
    package var name: String {
        switch self {
        case .builds: "builds"
        case .stages: "stages"
        case .stageName: "stage_name"
        case .finalBase: "final_base"
        case .imageDelta: "image_delta"
        case .forbiddenFiles: "forbidden_files"
        case .executable: "executable"
        case .run: "run"
        case .size: "size"
        case .added: "added"
        case .layers: "layers"
        case .config: "config"
        case .instruction: "instruction"
        case .lint: "lint"
        case .cached: "cached"
        case .file: "file"
        case .origin: "origin"
        case .substitution: "substitution"
        }
    }

    /// All words, for the loader's "did you mean".
    package static let names = [
        "builds", "stages", "stage_name", "final_base", "image_delta", "forbidden_files", "executable", "run", "size",
        "added", "layers", "config", "instruction", "lint", "cached", "file", "origin", "substitution",
    ]
}

package struct StagesRule: Sendable, Hashable, Codable {
    /// The least number of `FROM`.
    package var minimum: Int
    /// Whether the final stage must take a file from a stage it does not descend from.
    package var takesFromStage: Bool
    /// The stage it must be, by name, in any case; nil for any.
    package var source: String?

    package init(minimum: Int = 2, takesFromStage: Bool = true, source: String? = nil) {
        self.minimum = minimum
        self.takesFromStage = takesFromStage
        self.source = source
    }
}

package struct StageNameRule: Sendable, Hashable, Codable {
    /// Compared without case.
    package var name: String
    /// Whether the final stage may have it too.
    package var mayBeFinal: Bool

    package init(name: String, mayBeFinal: Bool = false) {
        self.name = name
        self.mayBeFinal = mayBeFinal
    }
}

package struct FinalBaseRule: Sendable, Hashable, Codable {
    /// Image names; empty for the exercise's own bases.
    package var anyOf: [String]

    package init(anyOf: [String] = []) {
        self.anyOf = anyOf
    }
}

package struct ImageDeltaRule: Sendable, Hashable, Codable {
    /// The kinds of entries that may be new; anything else is too much.
    package var allow: [Allowance]
    /// Whether new directories may do more than lead to what is allowed.
    package var anyDirectories: Bool
    /// Whether entries that a later layer hides count.
    package var countsHidden: Bool
    /// Points for almost: nil for none.
    package var partial: Partial?

    package init(
        allow: [Allowance] = [Allowance(kind: .elf, count: 1)], anyDirectories: Bool = false, countsHidden: Bool = true,
        partial: Partial? = nil
    ) {
        self.allow = allow
        self.anyDirectories = anyDirectories
        self.countsHidden = countsHidden
        self.partial = partial
    }

    /// Whether any number of programs may be new: as many are told apart from other files.
    package var allowsAnyPrograms: Bool { allow.contains { $0.kind == .elf && $0.count == nil } }

    package struct Allowance: Sendable, Hashable, Codable {
        package var kind: Kind
        /// A glob on the whole path; nil for any.
        package var path: String?
        /// How many at most; nil for any number. For an ELF file also how few: what is allowed must be there.
        package var count: Int?

        package init(kind: Kind, path: String? = nil, count: Int? = nil) {
            self.kind = kind
            self.path = path
            self.count = count
        }

        package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case elf
            case file
            case symlink
            case any
        }
    }

    package struct Partial: Sendable, Hashable, Codable {
        package var extraFiles: Int
        /// In bytes.
        package var extraBytes: Int64
        /// Of the points, in percent.
        package var award: Int

        package init(extraFiles: Int, extraBytes: Int64, award: Int) {
            self.extraFiles = extraFiles
            self.extraBytes = extraBytes
            self.award = award
        }
    }
}

package struct ForbiddenFilesRule: Sendable, Hashable, Codable {
    /// Globs on the whole path.
    package var paths: [String]
    package var categories: [Category]
    /// Texts that no added file may hold.
    package var contents: [String]
    /// Whether files that a later layer hides count.
    package var countsHidden: Bool

    package init(
        paths: [String] = [], categories: [Category] = [], contents: [String] = [], countsHidden: Bool = true
    ) {
        self.paths = paths
        self.categories = categories
        self.contents = contents
        self.countsHidden = countsHidden
    }

    package enum Category: String, Sendable, Hashable, Codable, CaseIterable {
        case compilers
        case packageLists = "package_lists"
        case sources
        case caches
        case secrets
    }
}

package struct ExecutableRule: Sendable, Hashable, Codable {
    /// nil for the one the image's command starts, or the only one that was added.
    package var path: String?
    /// `x86_64`, `aarch64`...; nil for the image's own.
    package var machine: String?
    package var linkage: Linkage?
    /// Whether the interpreter and every needed library must be in the image.
    package var isResolved: Bool
    package var isStripped: Bool?
    /// Permission bits.
    package var mode: UInt16?

    package init(
        path: String? = nil, machine: String? = nil, linkage: Linkage? = nil, isResolved: Bool = true,
        isStripped: Bool? = nil, mode: UInt16? = nil
    ) {
        self.path = path
        self.machine = machine
        self.linkage = linkage
        self.isResolved = isResolved
        self.isStripped = isStripped
        self.mode = mode
    }

    package enum Linkage: String, Sendable, Hashable, Codable, CaseIterable {
        case `static`
        case dynamic
    }
}

/// A text that is expected.
package enum TextExpectation: Sendable, Hashable, Codable {
    /// Byte for byte.
    case exactly(String)
    /// The same but for white space at the end.
    case trimmed(String)
    /// The text is somewhere in it.
    case contains(String)
    /// The whole text, white space at its end aside, matches this glob (`*` any text, `?` one character).
    case glob(String)
}

package struct RunRule: Sendable, Hashable, Codable {
    /// Arguments after the image's name, as with `docker run IMAGE ARGUMENTS`.
    package var arguments: [String]
    package var standardInput: String?
    package var standardOutput: TextExpectation?
    package var standardError: TextExpectation?
    package var exitStatus: Int32
    /// Limits of this run; nil for the exercise's.
    package var limits: RunLimits?

    package init(
        arguments: [String] = [], standardInput: String? = nil, standardOutput: TextExpectation? = nil,
        standardError: TextExpectation? = nil, exitStatus: Int32 = 0, limits: RunLimits? = nil
    ) {
        self.limits = limits
        self.arguments = arguments
        self.standardInput = standardInput
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.exitStatus = exitStatus
    }

    /// What decides the run itself; the rest is about what came of it.
    package var run: RunRule { RunRule(arguments: arguments, standardInput: standardInput, limits: limits) }
}

/// Limits of one run that differ from the exercise's.
package struct RunLimits: Sendable, Hashable, Codable {
    package var seconds: Int?
    /// In bytes.
    package var output: Int64?

    package init(seconds: Int? = nil, output: Int64? = nil) {
        self.seconds = seconds
        self.output = output
    }
}

package struct SizeRule: Sendable, Hashable, Codable {
    package var than: Measure
    /// How much below, in percent.
    package var percent: Int

    package init(than: Measure, percent: Int = 0) {
        self.than = than
        self.percent = percent
    }

    package enum Measure: Sendable, Hashable, Codable {
        /// The exercise's reference.
        case reference
        /// In bytes.
        case bytes(Int64)
    }
}

package struct LimitRule: Sendable, Hashable, Codable {
    package var maximum: Int64

    package init(maximum: Int64) {
        self.maximum = maximum
    }
}

package struct ConfigRule: Sendable, Hashable, Codable {
    package var user: String?
    package var isNotRoot: Bool
    package var commandForm: CommandForm?
    package var environment: [String: String]
    package var labels: [String: String]
    package var ports: [String]
    package var hasHealthcheck: Bool?
    package var workingDirectory: String?
    package var stopSignal: String?

    package init(
        user: String? = nil, isNotRoot: Bool = false, commandForm: CommandForm? = nil,
        environment: [String: String] = [:], labels: [String: String] = [:], ports: [String] = [],
        hasHealthcheck: Bool? = nil, workingDirectory: String? = nil, stopSignal: String? = nil
    ) {
        self.user = user
        self.isNotRoot = isNotRoot
        self.commandForm = commandForm
        self.environment = environment
        self.labels = labels
        self.ports = ports
        self.hasHealthcheck = hasHealthcheck
        self.workingDirectory = workingDirectory
        self.stopSignal = stopSignal
    }

    package enum CommandForm: String, Sendable, Hashable, Codable, CaseIterable {
        case exec
        case shell
    }
}

package struct InstructionRule: Sendable, Hashable, Codable {
    /// Upper case, e.g. `COPY`.
    package var name: String
    package var isUsed: Bool
    /// A text the instruction must hold; nil for any.
    package var containing: String?
    /// Whether only the stages that the final image stands on count.
    package var inFinalStage: Bool

    package init(name: String, isUsed: Bool = true, containing: String? = nil, inFinalStage: Bool = false) {
        self.name = name
        self.isUsed = isUsed
        self.containing = containing
        self.inFinalStage = inFinalStage
    }
}

package struct LintRule: Sendable, Hashable, Codable {
    /// Rules that do not count.
    package var except: [String]

    package init(except: [String] = []) {
        self.except = except
    }
}

package struct CachedRule: Sendable, Hashable, Codable {
    /// The files that are changed: globs on the file's name.
    package var change: [String]
    /// The texts of instructions that must come from the cache then, e.g. `apt-get install`.
    package var steps: [String]

    package init(change: [String], steps: [String]) {
        self.change = change
        self.steps = steps
    }
}

package struct FileRule: Sendable, Hashable, Codable {
    package var path: String
    package var exists: Bool
    package var content: TextExpectation?
    package var mode: UInt16?
    package var owner: UInt32?

    package init(
        path: String, exists: Bool = true, content: TextExpectation? = nil, mode: UInt16? = nil, owner: UInt32? = nil
    ) {
        self.path = path
        self.exists = exists
        self.content = content
        self.mode = mode
        self.owner = owner
    }
}

package struct OriginRule: Sendable, Hashable, Codable {
    /// nil for the one executable that was added.
    package var path: String?
    package var from: Source
    /// The stage's name, for ``Source/built``.
    package var stage: String?

    package init(path: String? = nil, from: Source, stage: String? = nil) {
        self.path = path
        self.from = from
        self.stage = stage
    }

    package enum Source: String, Sendable, Hashable, Codable, CaseIterable {
        /// A `RUN` made it.
        case built
        case context
        case image
        case base
        /// Text in the Dockerfile.
        case inline
        case url
    }
}
