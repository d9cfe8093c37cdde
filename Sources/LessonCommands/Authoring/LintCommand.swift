import ArgumentParser
import Checks
import Diagnostics
import Grading
import Lessons
import Slides
import SystemPackage
import TerminalUI

struct LintCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Authoring mistakes in a deck, as file:line:column: severity: message [rule].",
        discussion: "Exit status 1 when there is an error or a warning; notes are for information.")

    @Argument(
        help: "The deck, the folder of a lesson, or the manifest of a course.",
        completion: .file(extensions: ["md", "yml"]))
    var deck: String

    @Flag(help: "Also say which slides do not fit a terminal of 80 columns and 24 lines.")
    var size = false

    @Flag(help: "Also prove the exercises as `lesson verify` does, which builds their starters and solutions.")
    var build = false

    @OptionGroup var output: OutputOptions

    var entersEngine: Bool { build }

    private struct Document: Encodable {
        var deck: String
        var findings: [LintFinding]
        var errors: Int
        var warnings: Int
        var notes: Int
    }

    func execute(_ console: Console) async throws {
        var (path, found) = try findings()
        var couldNotRun = false
        if build {
            let lesson = try Lessons.Lesson(loading: FilePath(deck))
            let verified = try await LessonVerification([lesson], console).verify(lesson)
            found += verified.findings
            for (exercise, obstacle) in verified.obstacles {
                couldNotRun = true
                console.note("the \(obstacle.what) of \(exercise.id) could not be judged: \(obstacle.reason.message)")
            }
        }
        func count(_ severity: Severity) -> Int { found.count { $0.severity == severity } }
        let document = Document(
            deck: path, findings: found.map { LintFinding($0, file: path) }, errors: count(.error),
            warnings: count(.warning), notes: count(.note))
        if console.isJSON {
            try console.json(document)
        } else {
            let renderer = DiagnosticRenderer(showsSource: false)
            for diagnostic in found { console.print(renderer.render(diagnostic)) }
            console.note(
                found.isEmpty
                    ? "\(path): nothing to complain about"
                    : "\(path): "
                        + [(document.errors, "error"), (document.warnings, "warning"), (document.notes, "note")]
                        .map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", "))
        }
        if document.errors + document.warnings > 0 { throw CommandExit(.failed) }
        if couldNotRun { throw CommandExit(.couldNotRun) }
    }

    /// What is wrong with the deck, and with the lesson that is made of it.
    private func findings() throws -> (deck: String, [Diagnostic]) {
        let isFolder = LocalFiles.kind(FilePath(deck), following: true) == .folder
        var found: [Diagnostic] = []
        var path = deck
        do throws(LessonError) {
            let lesson = try Lessons.Lesson(loading: FilePath(deck))
            if isFolder, let own = lesson.deckPath { path = own.string }
            found += lesson.warnings
        } catch {
            if isFolder {
                let slides = FilePath(deck).appending("slides.md")
                guard LocalFiles.kind(slides, following: true) == .file else { throw error }
                path = slides.string
            }
            found += error.diagnostics
        }
        let loaded = try DeckInput.read(path)
        let folder = FilePath(path).removingLastComponent()
        let lint = DeckLint.lint(loaded, terminalColumns: size ? 80 : nil, rows: size ? 24 : nil) { name in
            name.contains("://") || LocalFiles.kind(folder.pushing(FilePath(name)), following: true) != nil
        }
        // What loading the lesson has said of the deck, linting says again.
        var seen = Set(lint)
        return (path, lint + found.filter { seen.insert($0).inserted })
    }
}
