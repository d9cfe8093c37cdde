import ArgumentParser
import Checks
import Grading
import Lessons
import SystemPackage
import TerminalUI

struct GradeCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "grade",
        abstract: "Grade every submission found.",
        discussion: """
            A submission is a folder with a Dockerfile; a folder of such folders is a class. With --out, what was seen is \
            kept apart from the scores: where only points or rules have changed, scores are computed anew without a build, \
            and you are told who changes and by how much. Exit status 0 when every submission got a verdict, whatever it \
            was.
            """)

    @Argument(help: "Submissions, or folders of submissions.", completion: .directory)
    var paths: [String]

    @Option(help: "The lesson: its name, or the path of its deck or folder.")
    var lesson: String

    @Option(help: "The exercise; the lesson's last by default.")
    var exercise: String?

    @Option(help: "Keep the reports and a journal in this folder, to go on from.", completion: .directory)
    var out: String?

    @Option(help: "How many at a time.")
    var jobs = 2

    @Option(help: "json, csv or table; may be given several times with --out.")
    var format: [GradeFormat] = []

    @Flag(help: "Only say what the rubric of now would change, from what the journal in --out has seen.")
    var dryRun = false

    @OptionGroup var runtime: RuntimeOptions

    @OptionGroup(title: "Limits, instead of the lesson's") var limits: LimitOptions

    @OptionGroup var output: OutputOptions

    /// What the journal knows needs no engine.
    var entersEngine: Bool { !dryRun && (try? GradeInput(self).unknown.isEmpty) != true }

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("Missing expected argument '<paths> ...'") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes 1 to 256") }
        if dryRun, out == nil { throw ValidationError("--dry-run needs --out: the journal is there.") }
        if format.count > 1, out == nil { throw ValidationError("Several formats need --out for their files.") }
    }

    func execute(_ console: Console) async throws {
        let input = try GradeInput(self)
        let progress = console.progress()
        for entry in input.intake.skipped {
            progress.message(StyledLine("skipped \(entry.path): \(entry.reason)", .muted))
        }
        if dryRun { return try preview(input, console) }
        let run = GradingRun(input: input, jobs: jobs, progress: progress)
        let runtime = runtime.choice
        let report = try await run.grade(journal: try out.map { try Journal(folder: $0) }) {
            try await EngineSession.open(console, images: input.lesson.images, isExamining: true, runtime: runtime) {
                progress.message(StyledLine($0))
            }
        }
        try Task.checkCancellation()
        try deliver(report, console)
        // A verdict of `error` is a verdict; none at all is not.
        guard report.submissions.count == input.intake.submissions.count else { throw CommandExit(.couldNotRun) }
    }

    private struct Preview: Encodable {
        var dryRun = true
        var changes: [ScoreChange]
        var unchanged: Int
        /// Ids of those that would have to be examined.
        var toExamine: [String]
    }

    private func preview(_ input: GradeInput, _ console: Console) throws {
        let rescored = input.rescored
        if console.isJSON || format == [.json] {
            return try console.json(
                Preview(
                    changes: rescored.changes, unchanged: rescored.unchanged, toExamine: input.unknown.map(\.id)))
        }
        let table = ScoreChangeTable(rescored: rescored, isDry: true)
        if format == [.csv] { return Streams.output.write(table.csv) }
        console.print(table.lines(console.out))
    }

    private func deliver(_ report: GradeReport, _ console: Console) throws {
        let formats = format.isEmpty ? [.table] : format
        let changes = report.rescored.map { ScoreChangeTable(rescored: $0, isDry: false) }
        let isNews = report.rescored?.changes.isEmpty == false
        if let out {
            if let changes, isNews { try write(changes.csv, to: FilePath(out).appending("changes.csv"), console) }
            for one in Set(formats + [.json]) where one != .table {
                try write(one.text(report), to: FilePath(out).appending("report.\(one.rawValue)"), console)
            }
        }
        if let changes, isNews { console.note(changes.lines(console.err)) }
        if console.isJSON { return try console.json(report) }
        // A script that asks for one format reads it from standard output, with a folder for the files or without one.
        let shown = formats.count == 1 ? formats[0] : .table
        if shown == .table { return console.printFolded(GradeTable(report).lines(console.out)) }
        Streams.output.write(shown.text(report))
    }

    private func write(_ text: String, to path: FilePath, _ console: Console) throws(CommandError) {
        do throws(LocalFiles.Failure) {
            try LocalFiles.replace(path, with: Array(text.utf8))
        } catch {
            throw CommandError("unwritable", error.message)
        }
        console.note("wrote \(path)")
    }
}

/// The forms a report comes in.
enum GradeFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case json
    case csv
    case table

    /// The report as text with a line end.
    func text(_ report: GradeReport) -> String {
        switch self {
        case .json: ((try? JSONOutput.text(report)) ?? "{}") + "\n"
        case .csv: ReportTable(report).csv
        case .table: ReportTable(report).text
        }
    }
}
