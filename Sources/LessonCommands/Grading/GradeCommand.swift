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
            A submission is a folder with a Dockerfile; a folder of such folders is a class. What is graded already is \
            not graded again while neither the files nor the rubric have changed. Exit status 0 when every submission \
            got a verdict, whatever it was.
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

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("Missing expected argument '<paths> ...'") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes 1 to 256") }
        if format.count > 1, out == nil { throw ValidationError("Several formats need --out for their files.") }
    }

    func execute(_ console: Console) async throws {
        let lesson = try LearnerSession.load(lesson)
        let exercise = try exercise(of: lesson)
        let intake = try submissions(for: exercise)
        let progress = console.progress()
        let engine = try await EngineSession.open(console, images: lesson.images) { progress.message(StyledLine($0)) }
        for entry in intake.skipped { progress.message(StyledLine("skipped \(entry.path): \(entry.reason)", .muted)) }
        let run = GradingRun(
            lesson: lesson, exercise: exercise, submissions: intake.submissions, jobs: jobs, engine: engine,
            progress: progress)
        let report = try await run.grade(journal: try out.map { try Journal(folder: $0) })
        try Task.checkCancellation()
        try deliver(report, console)
        // A verdict of `error` is a verdict; none at all is not.
        guard report.submissions.count == intake.submissions.count else { throw CommandExit(.couldNotRun) }
    }

    private func exercise(of lesson: Lessons.Lesson) throws -> Exercise {
        if let id = exercise {
            if let found = lesson.exercise(id) { return found }
            throw CommandError(
                "no-such-exercise", "the lesson \(lesson.id) has no exercise \"\(id)\"",
                hint: "its exercises are \(lesson.exercises.map(\.id).joined(separator: ", "))", status: .usage)
        }
        guard let last = lesson.exercises.last else {
            throw CommandError("no-exercises", "the lesson \(lesson.id) has no exercises")
        }
        return last
    }

    private func submissions(for exercise: Exercise) throws -> Intake {
        var intake = Intake(dockerfile: exercise.dockerfile)
        for path in paths { try intake.add(FilePath(path)) }
        guard !intake.submissions.isEmpty else {
            throw CommandError(
                "no-submissions", "no submissions in \(paths.joined(separator: ", "))",
                hint: "a submission is a folder with a `\(exercise.dockerfile)`")
        }
        return intake
    }

    private func deliver(_ report: GradeReport, _ console: Console) throws {
        let formats = format.isEmpty ? [.table] : format
        if let out {
            for one in Set(formats + [.json]) where one != .table {
                let path = FilePath(out).appending("report.\(one.rawValue)")
                do throws(LocalFiles.Failure) {
                    try LocalFiles.replace(path, with: Array(one.text(report).utf8))
                } catch {
                    throw CommandError("unwritable", error.message)
                }
                console.note("wrote \(path)")
            }
        }
        if console.isJSON { return try console.json(report) }
        // A script that asks for one format reads it from standard output, with a folder for the files or without one.
        let shown = formats.count == 1 ? formats[0] : .table
        if shown == .table { return console.print(GradeTable(report).lines(console.out)) }
        Streams.output.write(shown.text(report))
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
