package import Lessons

/// All that is known about a submission, before anything is judged: kept apart from scores, so that a changed rubric
/// judges again without a build.
package struct Observations: Sendable, Hashable, Codable {
    package var lesson: String
    package var exercise: String
    /// The exercise's plain bases: names that all count as it, the first is the one to name.
    package var bases: [String]
    package var build: BuildObservation
    /// Known when the image was built, and as far as it came when it was not.
    package var graph: BuildGraph?
    /// The image's id.
    package var image: String?
    package var sizes: Sizes
    /// What the final stage stands on in the end.
    package var base: BaseObservation?
    package var delta: ImageDelta?
    /// Layers of the image, those of its base included.
    package var layerCount: Int
    package var config: ConfigObservation?
    package var runs: [RunObservation]
    /// Executables that were looked at more closely: what was added, and what the command starts.
    package var executables: [ExecutableObservation]
    /// Files a rubric asks about by path.
    package var files: [FileObservation]
    /// Added files that hold one of the texts a rubric forbids.
    package var contentHits: [ContentHit]
    /// What was not searched for these texts; nil when all was.
    package var unsearched: UnsearchedContent?
    /// The users and groups of the image; nil when it has none.
    package var accounts: Accounts?
    package var lint: [LintObservation]
    package var rebuilds: [RebuildObservation]
    package var substitution: SubstitutionObservation?
    /// What is worth saying and takes no points, e.g. Windows line ends.
    package var notices: [String]

    package init(
        lesson: String, exercise: String, bases: [String] = [], build: BuildObservation, graph: BuildGraph? = nil,
        image: String? = nil, sizes: Sizes = Sizes(), base: BaseObservation? = nil, delta: ImageDelta? = nil,
        layerCount: Int = 0, config: ConfigObservation? = nil, runs: [RunObservation] = [],
        executables: [ExecutableObservation] = [], files: [FileObservation] = [], contentHits: [ContentHit] = [],
        unsearched: UnsearchedContent? = nil, accounts: Accounts? = nil, lint: [LintObservation] = [],
        rebuilds: [RebuildObservation] = [], substitution: SubstitutionObservation? = nil,
        notices: [String] = []
    ) {
        self.lesson = lesson
        self.exercise = exercise
        self.bases = bases
        self.build = build
        self.graph = graph
        self.image = image
        self.sizes = sizes
        self.base = base
        self.delta = delta
        self.layerCount = layerCount
        self.config = config
        self.runs = runs
        self.executables = executables
        self.files = files
        self.contentHits = contentHits
        self.unsearched = unsearched
        self.accounts = accounts
        self.lint = lint
        self.rebuilds = rebuilds
        self.substitution = substitution
        self.notices = notices
    }
}

extension Observations {
    /// What the command starts, if it is something of the submission's and not of the base.
    package var ownCommand: ImageDelta.Entry? {
        guard let path = executables.first(where: \.isCommand)?.path else { return nil }
        return delta?.entries.first { $0.path == path && !$0.isHidden }
    }
}

/// How the build ended.
package enum BuildObservation: Sendable, Hashable, Codable {
    case built(seconds: Double, cachedSteps: Int, totalSteps: Int)
    /// It is the submission's fault.
    case failed(Failure)
    /// It is not: no Dockerfile, no such base here, a fault of ours.
    case impossible(Ungradable)

    package struct Failure: Sendable, Hashable, Codable {
        /// Stable, e.g. `copy-source-missing`.
        package var id: String
        package var message: String
        package var hint: String?
        package var file: String?
        package var line: Int?
        package var endLine: Int?
        /// The last lines the failing step printed.
        package var output: [String]

        package init(
            id: String, message: String, hint: String? = nil, file: String? = nil, line: Int? = nil,
            endLine: Int? = nil, output: [String] = []
        ) {
            self.id = id
            self.message = message
            self.hint = hint
            self.file = file
            self.line = line
            self.endLine = endLine
            self.output = output
        }
    }
}

/// What the final stage stands on in the end, followed through stages.
package struct BaseObservation: Sendable, Hashable, Codable {
    /// As the Dockerfile writes it; `scratch` for nothing.
    package var name: String
    /// The names of the lesson's images that have exactly the same layers.
    package var matching: [String]
    /// In bytes.
    package var size: Int64?

    package init(name: String, matching: [String] = [], size: Int64? = nil) {
        self.name = name
        self.matching = matching
        self.size = size
    }
}

/// The image's configuration, as far as rubrics ask.
package struct ConfigObservation: Sendable, Hashable, Codable {
    package var user: String
    package var entrypoint: [String]
    package var command: [String]
    package var environment: [String: String]
    package var labels: [String: String]
    package var ports: [String]
    package var hasHealthcheck: Bool
    package var workingDirectory: String
    package var stopSignal: String?
    package var architecture: String

    package init(
        user: String = "", entrypoint: [String] = [], command: [String] = [], environment: [String: String] = [:],
        labels: [String: String] = [:], ports: [String] = [], hasHealthcheck: Bool = false,
        workingDirectory: String = "/", stopSignal: String? = nil, architecture: String = "amd64"
    ) {
        self.user = user
        self.entrypoint = entrypoint
        self.command = command
        self.environment = environment
        self.labels = labels
        self.ports = ports
        self.hasHealthcheck = hasHealthcheck
        self.workingDirectory = workingDirectory
        self.stopSignal = stopSignal
        self.architecture = architecture
    }

    /// What is started: the entry point, then the command.
    package var arguments: [String] { entrypoint + command }
}

/// One run of the image's own command.
package struct RunObservation: Sendable, Hashable, Codable {
    /// What identifies it: arguments after the image's name, and the text on standard input.
    package var arguments: [String]
    package var standardInput: String?
    /// What was started.
    package var command: [String]
    package var ending: Ending
    /// Up to the limit.
    package var standardOutput: [UInt8]
    package var standardError: [UInt8]
    /// The limits it ran under, for messages.
    package var seconds: Int
    package var outputLimit: Int64
    /// Limits that the check asked for itself; nil for the exercise's.
    package var asked: RunLimits?

    package init(
        arguments: [String] = [], standardInput: String? = nil, command: [String] = [], ending: Ending,
        standardOutput: [UInt8] = [], standardError: [UInt8] = [], seconds: Int = 5, outputLimit: Int64 = 64 << 10
    ) {
        self.arguments = arguments
        self.standardInput = standardInput
        self.command = command
        self.ending = ending
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.seconds = seconds
        self.outputLimit = outputLimit
    }

    package enum Ending: Sendable, Hashable, Codable {
        case exited(Int32)
        case signalled(Int32)
        case tooLong
        case tooMuchOutput
        /// Another limit, in words.
        case limit(String)
        /// The image has neither `CMD` nor `ENTRYPOINT`.
        case noCommand
        /// Nothing could be started, the learner's doing: what the runtime said.
        case notStarted(String)
        /// A fault of ours.
        case fault(String)
    }
}

/// An executable of the image and what it needs to start.
package struct ExecutableObservation: Sendable, Hashable, Codable {
    package var path: ImagePath
    /// Whether the image's command starts it (directly, or as the first word of a shell's line).
    package var isCommand: Bool
    package var exists: Bool
    package var mode: UInt16
    package var content: FileContent?
    /// The interpreter (of an ELF file or of a script) when it is not in the image.
    package var missingInterpreter: String?
    /// Needed libraries that are not in the image.
    package var missingLibraries: [String]

    package init(
        path: ImagePath, isCommand: Bool = false, exists: Bool = true, mode: UInt16 = 0o755,
        content: FileContent? = nil, missingInterpreter: String? = nil, missingLibraries: [String] = []
    ) {
        self.path = path
        self.isCommand = isCommand
        self.exists = exists
        self.mode = mode
        self.content = content
        self.missingInterpreter = missingInterpreter
        self.missingLibraries = missingLibraries
    }
}

package struct FileObservation: Sendable, Hashable, Codable {
    package var path: ImagePath
    /// nil when there is nothing.
    package var kind: LayerTable.Kind?
    package var mode: UInt16
    package var uid: UInt32
    /// The first 64 KiB.
    package var content: [UInt8]
    package var origin: Origin?

    package init(
        path: ImagePath, kind: LayerTable.Kind? = nil, mode: UInt16 = 0, uid: UInt32 = 0, content: [UInt8] = [],
        origin: Origin? = nil
    ) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.content = content
        self.origin = origin
    }
}

package struct ContentHit: Sendable, Hashable, Codable {
    package var text: String
    package var path: ImagePath
    /// The entry, where ``Observations/delta`` leaves it out because there are too many.
    package var omitted: ImageDelta.Entry?

    package init(text: String, path: ImagePath, omitted: ImageDelta.Entry? = nil) {
        self.text = text
        self.path = path
        self.omitted = omitted
    }
}

/// What of the files over the base was not searched for texts.
package struct UnsearchedContent: Sendable, Hashable, Codable {
    /// Beyond the amount that is read of one image, in the order of layers and paths.
    package var files: Int
    /// What of them was not read.
    package var bytes: Int64
    /// The amount that was read.
    package var limit: Int64
    /// The first of them.
    package var examples: [ImagePath]
    /// Files that could not be opened or read: a fault of ours.
    package var unreadable: [ImagePath]

    package init(
        files: Int = 0, bytes: Int64 = 0, limit: Int64 = 0, examples: [ImagePath] = [], unreadable: [ImagePath] = []
    ) {
        self.files = files
        self.bytes = bytes
        self.limit = limit
        self.examples = examples
        self.unreadable = unreadable
    }
}

package struct LintObservation: Sendable, Hashable, Codable {
    package var rule: String
    package var message: String
    package var hint: String?
    package var line: Int?

    package init(rule: String, message: String, hint: String? = nil, line: Int? = nil) {
        self.rule = rule
        self.message = message
        self.hint = hint
        self.line = line
    }
}

/// A build after a change of some files.
package struct RebuildObservation: Sendable, Hashable, Codable {
    /// The globs of the files that were changed.
    package var change: [String]
    /// The steps that make layers, in their order: as they were recorded, and whether they came from the cache.
    package var steps: [Step]

    package init(change: [String], steps: [Step]) {
        self.change = change
        self.steps = steps
    }

    package struct Step: Sendable, Hashable, Codable {
        package var step: BuildGraph.Step
        /// What its here-documents hold: the text of a step is one line.
        package var heredocs: String

        package init(_ step: BuildGraph.Step, heredocs: String = "") {
            self.step = step
            self.heredocs = heredocs
        }
    }
}

/// What a build with replaced sources showed.
package struct SubstitutionObservation: Sendable, Hashable, Codable {
    package var outcome: Outcome
    /// Context files that were replaced.
    package var replaced: [String]
    /// The context file that the shipped program equals byte by byte.
    package var sameAsContextFile: String?

    package init(outcome: Outcome, replaced: [String] = [], sameAsContextFile: String? = nil) {
        self.outcome = outcome
        self.replaced = replaced
        self.sameAsContextFile = sameAsContextFile
    }

    package enum Outcome: Sendable, Hashable, Codable {
        /// The rebuilt image printed the secret.
        case printed
        /// It printed the secret, and the expected text as often as the submission's own image: that comes from elsewhere.
        case printedBeside
        /// It did so when the program failed or said nothing, and what the submission's own does could not be told.
        case printedAfterFailure
        /// The submission's own program does not print the expected text by itself: the image's command makes it.
        case printedByCommand
        /// The image keeps what the program printed while it was built.
        case printedInBuild
        /// It printed nothing, and its program holds the secret.
        case embedded
        /// Neither: the program does not come from the sources.
        case unchanged
        /// Neither, and the submission's own image printed nothing: nothing can be said of it.
        case nothingPrinted
        /// There was nothing to replace.
        case noSources
        /// The source seems to be this, in a language that there is no canary for: as it is to be shown.
        case noCanary(String)
        /// Nothing changed, and a source stands in the Dockerfile, on that line: it cannot be known.
        case inlineSource(line: Int)
        /// Nothing changed, and the program seems to be compiled from this, which is no source by its name, or stands in
        /// an archive: as it is to be shown.
        case otherSource(String)
        /// Nothing was printed, and the image holds nothing of the submission's that could be run.
        case noProgram
        /// The build with the canary failed, in words.
        case rebuildFailed(String)
    }
}
