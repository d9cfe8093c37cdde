import Diagnostics
import Dockerfile

extension BuildFailure {
    /// The Dockerfile or the files beside it are wrong.
    static func learner(
        _ id: String, _ message: String, hint: String? = nil, file: String?, range: SourceRange?
    ) -> BuildFailure {
        BuildFailure(
            .learner,
            Diagnostic(id: id, severity: .error, file: file, range: range, message: message, hint: hint))
    }

    /// This machine is not up to it.
    static func environment(
        _ id: String, _ message: String, hint: String? = nil, file: String? = nil, range: SourceRange? = nil
    ) -> BuildFailure {
        BuildFailure(
            .environment,
            Diagnostic(id: id, severity: .error, file: file, range: range, message: message, hint: hint))
    }

    /// A builder that only looks steps up did not find one.
    static var cacheMiss: BuildFailure { .environment("cache-miss", "a step is not in the cache") }

    /// Somebody stopped the build.
    static var cancelled: BuildFailure {
        BuildFailure(.cancelled, Diagnostic(id: "cancelled", severity: .error, message: "the build was stopped"))
    }

    /// A word that cannot be expanded.
    static func word(_ error: WordError, file: String, range: SourceRange) -> BuildFailure {
        .learner("variable", error.message, file: file, range: range)
    }

    /// An instruction that is none once its words are expanded.
    static func instruction(_ error: InstructionError, file: String, command: Command) -> BuildFailure {
        .learner(
            error.id, error.message, hint: PastedText.hint(in: command.text) ?? error.hint, file: file,
            range: error.word.map { command.lines(at: $0) } ?? command.range)
    }

    /// A text that is no Dockerfile.
    init(_ error: DockerfileError, file: String) {
        let fallback = Diagnostic(id: "parse", severity: .error, file: file, message: "not a Dockerfile")
        var first = error.diagnostics.first ?? fallback
        // BuildKit names the lines of the whole instruction.
        if error.lines.lowerBound > 0 {
            var range = first.range ?? SourceRange(lines: error.lines.lowerBound, through: error.lines.upperBound)
            if range.start.line != error.lines.lowerBound {
                range.start = SourceLocation(line: error.lines.lowerBound)
            }
            range.end = SourceLocation(line: error.lines.upperBound + 1)
            first.range = range
        }
        self.init(.learner, first)
        others = Array(error.diagnostics.dropFirst())
    }
}
