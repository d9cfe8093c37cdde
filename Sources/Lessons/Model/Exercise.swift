package import Diagnostics
package import SystemPackage

/// Something to do: files to change, and a rubric that says when it is done.
package struct Exercise: Sendable, Hashable {
    /// Stable, chosen by the author; what `lesson check ID` takes.
    package var id: String
    /// What a person reads.
    package var title: String
    /// The slide it stands on.
    package var slide: SlideReference?
    /// Where it comes from.
    package var source: Source
    /// Where in the manifest or the deck it is declared; nil for one that never was in a file.
    package var place: SourcePlace?
    /// The folder of the workspace that it lives in, relative; empty for the workspace itself.
    package var folder: String
    /// What a learner begins with, relative to ``folder``.
    package var starter: [StarterFile]
    /// The model solution, when there is one.
    package var solution: Solution?
    /// The Dockerfile's name in ``folder``.
    package var dockerfile: String
    /// The name a learner's image gets, e.g. `hello`.
    package var tag: String?
    /// The lesson's plain base: names that all count as it, the first is the one to name in messages. Empty when the
    /// exercise does not say.
    package var bases: [String]
    /// What the image is measured against.
    package var reference: Reference?
    /// The network a build may use when it is graded.
    package var network: Network
    /// What a build and a run may take.
    package var limits: ExerciseLimits
    /// What it is worth, and for what.
    package var rubric: Rubric
    /// Advice in the order it is to be given.
    package var hints: [Hint]

    package init(
        id: String, title: String, slide: SlideReference? = nil, source: Source = .manifest,
        place: SourcePlace? = nil, folder: String = "",
        starter: [StarterFile] = [], solution: Solution? = nil, dockerfile: String = "Dockerfile", tag: String? = nil,
        bases: [String] = [], reference: Reference? = nil, network: Network = .none,
        limits: ExerciseLimits = ExerciseLimits(), rubric: Rubric = Rubric(), hints: [Hint] = []
    ) {
        self.id = id
        self.title = title
        self.slide = slide
        self.source = source
        self.place = place
        self.folder = folder
        self.starter = starter
        self.solution = solution
        self.dockerfile = dockerfile
        self.tag = tag
        self.bases = bases
        self.reference = reference
        self.network = network
        self.limits = limits
        self.rubric = rubric
        self.hints = hints
    }

    /// Where an exercise comes from.
    package enum Source: String, Sendable, Hashable, Codable {
        /// `lesson.yml` declares it.
        case manifest
        /// A directive in the deck declares it.
        case directive
        /// A fence looks like one; nobody declared it.
        case detected
    }

    /// A place in one of the lesson's files.
    package struct SourcePlace: Sendable, Hashable {
        /// The file, as messages name it.
        package var file: String?
        package var range: SourceRange

        package init(file: String?, range: SourceRange) {
            self.file = file
            self.range = range
        }
    }

    /// The network of a graded build.
    package enum Network: String, Sendable, Hashable, Codable, CaseIterable {
        /// None at all.
        case none
        /// The outside world, but neither the host nor its neighbours.
        case isolated
    }

    /// Where a model solution is.
    package enum Solution: Sendable, Hashable {
        /// A folder whose files replace those of the starter.
        case folder(FilePath)
        /// Fences of the deck.
        case files([StarterFile])
    }

    /// The image that a size is compared with.
    package struct Reference: Sendable, Hashable {
        /// The learner's own image of this exercise, when they passed it.
        package var exercise: String?
        /// Else the image that this Dockerfile builds, its folder being the context.
        package var dockerfile: FilePath?

        package init(exercise: String? = nil, dockerfile: FilePath? = nil) {
            self.exercise = exercise
            self.dockerfile = dockerfile
        }
    }
}

/// A file a learner begins with.
package struct StarterFile: Sendable, Hashable {
    /// Relative to the exercise's folder, no `..`, no leading slash.
    package var path: String
    package var contents: [UInt8]
    /// Permission bits.
    package var mode: UInt16

    package init(path: String, contents: [UInt8], mode: UInt16 = 0o644) {
        self.path = path
        self.contents = contents
        self.mode = mode
    }
}

/// One piece of advice.
package struct Hint: Sendable, Hashable {
    /// The check it helps with; nil when it helps with any.
    package var check: String?
    package var text: String

    package init(check: String? = nil, text: String) {
        self.check = check
        self.text = text
    }
}

/// What a build and a run of a submission may take.
package struct ExerciseLimits: Sendable, Hashable, Codable {
    /// A whole build, wall clock, in seconds.
    package var buildSeconds: Int
    /// A whole build, processor time, in seconds; nil for no limit of its own.
    package var buildProcessorSeconds: Int?
    /// A run of the image, in seconds.
    package var runSeconds: Int
    /// In bytes.
    package var memory: Int64
    /// Processes and threads at once.
    package var processes: Int
    /// What a build may write, in bytes.
    package var disk: Int64
    /// What a run may print, in bytes.
    package var runOutput: Int64
    /// What a build may print, in bytes.
    package var buildOutput: Int64
    /// Each step of a build, wall clock, in seconds; nil: as long as the build. So with all that follow, nil is the engine's.
    package var stepSeconds: Int?
    /// Files and directories that a step may make.
    package var files: Int?
    /// What a build may take from its context, in bytes.
    package var contextBytes: Int64?
    /// Stages of a Dockerfile.
    package var stages: Int?
    /// Instructions of a Dockerfile.
    package var instructions: Int?

    package init(
        buildSeconds: Int = 600, buildProcessorSeconds: Int? = nil, runSeconds: Int = 5, memory: Int64 = 1 << 30,
        processes: Int = 256, disk: Int64 = 4 << 30, runOutput: Int64 = 64 << 10, buildOutput: Int64 = 4 << 20
    ) {
        self.buildSeconds = buildSeconds
        self.buildProcessorSeconds = buildProcessorSeconds
        self.runSeconds = runSeconds
        self.memory = memory
        self.processes = processes
        self.disk = disk
        self.runOutput = runOutput
        self.buildOutput = buildOutput
    }
}
