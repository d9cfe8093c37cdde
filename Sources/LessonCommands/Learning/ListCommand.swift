import ArgumentParser
import Diagnostics
import Lessons
import Slides
import SystemPackage
import TerminalUI

struct ListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lessons and exercises: done, pending, skipped.")

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        try Listing.make().print(console)
    }
}

/// The lessons there are, and how far the learner of this workspace is.
struct Listing: Encodable {
    struct Item: Encodable {
        var id: String
        var title: String
        var path: String
        var exercises: [Task]
        /// What is wrong with it, when it cannot be loaded.
        var error: String?
    }

    struct Task: Encodable {
        var id: String
        var title: String
        var slide: Int?
        /// `done`, `pending`, `skipped`; nil outside a workspace.
        var state: String?
        var attempts: Int?
        var bestScore: Int?
    }

    struct Here: Encodable {
        var path: String
        var lesson: String
        var title: String
        var position: Int
        var of: Int
        var exercises: [Task]
        var done: Int
        var total: Int
    }

    var lessons: [Item]
    var workspace: Here?

    static func make() throws -> Listing {
        let session = try LearnerSession.openIfAny()
        let lessons = LearnerSession.library.folders().map { name, path in
            do throws(LessonError) {
                let lesson = try Lessons.Lesson(loading: path)
                return Item(
                    id: lesson.id, title: lesson.title, path: path.string,
                    exercises: lesson.exercises.map { Task(id: $0.id, title: $0.title, slide: $0.slide?.number) })
            } catch {
                return Item(
                    id: name, title: name, path: path.string, exercises: [],
                    error: error.diagnostics.first { $0.severity == .error }?.message ?? "cannot be loaded")
            }
        }
        return Listing(lessons: lessons, workspace: session.map(here))
    }

    private static func here(_ session: LearnerSession) -> Here {
        let (lesson, progress) = (session.lesson, session.progress)
        let tasks = lesson.exercises.map { exercise in
            let state = progress[exercise.id]
            return Task(
                id: exercise.id, title: exercise.title, slide: exercise.slide?.number, state: state.state.word,
                attempts: state.attempts, bestScore: state.bestScore)
        }
        return Here(
            path: session.root.string, lesson: lesson.id, title: lesson.title,
            position: Walk(lesson: lesson, progress: progress).position, of: lesson.deck.slides.count,
            exercises: tasks, done: tasks.filter { $0.state == ExerciseProgress.State.passed.word }.count,
            total: tasks.count)
    }

    func print(_ console: Console) throws {
        if console.isJSON { return try console.json(self) }
        console.printFolded(lines(console.out))
    }

    func lines(_ terminal: Terminal) -> [StyledLine] {
        var lines: [StyledLine] = []
        if let workspace { lines += self.lines(workspace, terminal) + [StyledLine()] }
        guard !lessons.isEmpty else {
            return lines + [
                "no lessons found",
                StyledLine(inlineCode("`LESSON_PATH` names folders of lessons; `lesson start DECK.md` takes any deck")),
            ]
        }
        lines.append(StyledLine(workspace == nil ? "Lessons" : "All lessons", .heading))
        for lesson in lessons {
            if let error = lesson.error {
                lines.append(
                    StyledLine([Span("  \(lesson.id)  ", .strong), Span("cannot be loaded: ", .fail), Span(error)]))
                continue
            }
            lines.append(StyledLine([Span("  \(lesson.id)", .strong), Span("  \(lesson.title)")]))
            for task in lesson.exercises { lines.append(StyledLine("      \(task.id)  \(task.title)", .muted)) }
        }
        if workspace == nil, let first = lessons.first(where: { $0.error == nil }) {
            lines += [StyledLine(), StyledLine(inlineCode("begin with `lesson start \(first.id)`"))]
        }
        return lines
    }

    private func lines(_ here: Here, _ terminal: Terminal) -> [StyledLine] {
        let dot = " \(terminal.glyphs.dot) "
        var lines = [
            StyledLine(here.title, .heading),
            StyledLine("\(here.path)\(dot)slide \(here.position) of \(here.of)", .muted),
        ]
        let idWidth = here.exercises.map { DisplayWidth.of($0.id) }.max() ?? 0
        for task in here.exercises {
            let state = ExerciseProgress.State.allWords[task.state ?? ""] ?? .pending
            let mark = "\(state.mark(terminal.glyphs)) \(DisplayWidth.pad(state.word, to: 7))"
            var spans = [Span("  "), Span(mark, state.style), Span("  ")]
            spans += [Span(DisplayWidth.pad(task.id, to: idWidth), .strong), Span("  \(task.title)")]
            if let slide = task.slide { spans.append(Span("  slide \(slide)", .muted)) }
            lines.append(StyledLine(spans))
        }
        lines.append(StyledLine("\(here.done) of \(here.total) exercises done"))
        return lines
    }
}

extension ExerciseProgress.State {
    fileprivate static let allWords: [String: Self] = [
        Self.pending.word: .pending, Self.passed.word: .passed, Self.skipped.word: .skipped,
    ]
}
