package import Diagnostics

/// What happens during a build, in the order it happens: enough for BuildKit's plain, terminal and JSON progress.
package enum BuildEvent: Sendable {
    /// A step appears. Its number is its place in the order of starting, from 1.
    case started(BuildStep)
    /// A step's result was there already.
    case cached(step: Int)
    /// A step printed something.
    case output(step: Int, stream: BuildStream, bytes: [UInt8])
    /// A step says something about what it is doing.
    case note(step: Int, text: String)
    /// A step is done.
    case finished(step: Int, seconds: Double)
    /// A step failed; the build ends.
    case failed(step: Int, message: String, seconds: Double)
    /// A step was stopped because another failed.
    case cancelled(step: Int)
    /// Lint, or a remark of the builder.
    case warning(Diagnostic)
}

/// A line of progress.
package struct BuildStep: Sendable, Hashable {
    /// From 1, unique in a build.
    package var number: Int
    /// `[compiler 2/4] RUN make hello`, as BuildKit writes it.
    package var name: String
    /// Lines in the Dockerfile, if it is about any.
    package var lines: ClosedRange<Int>?
    /// The stage, if it is about one.
    package var stage: Int?

    package init(number: Int, name: String, lines: ClosedRange<Int>? = nil, stage: Int? = nil) {
        self.number = number
        self.name = name
        self.lines = lines
        self.stage = stage
    }
}

/// Which output of a process.
package enum BuildStream: Int, Sendable, Hashable, Codable {
    case standardOutput = 1
    case standardError = 2
}
