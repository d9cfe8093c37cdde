import Lessons
import Slides
import TerminalUI

/// A slide as it is printed: content, then a line that says where one is and what there is to do.
struct SlidePage {
    let lesson: Lessons.Lesson
    let progress: Progress
    let number: Int
    var showsNotes = false

    func print(_ console: Console) throws {
        guard let slide = lesson.deck.slides.dropFirst(number - 1).first else {
            throw CommandError("empty-deck", "the deck of \(lesson.id) has no slides")
        }
        if console.isJSON { return try console.json(document(slide)) }
        var renderer = SlideRenderer(terminal: console.out)
        renderer.showsNotes = showsNotes
        console.print(renderer.lines(slide) + footer(console.out))
    }

    private var exercises: [Exercise] {
        var here = progress
        here.position = number
        return Walk(lesson: lesson, progress: here).exercisesHere
    }

    private func footer(_ terminal: Terminal) -> [StyledLine] {
        let dot = " \(terminal.glyphs.dot) "
        var lines = [StyledLine()]
        lines.append(
            StyledLine("\(lesson.title)\(dot)slide \(number) of \(lesson.deck.slides.count)", .muted))
        for exercise in exercises {
            let state = progress[exercise.id].state
            let advice = state == .passed ? "" : ": edit \(place(exercise)), then `lesson check \(exercise.id)`"
            lines.append(
                StyledLine(
                    [Span("exercise \(exercise.id) ", .strong), Span("(\(state.word))", state.style)]
                        + inlineCode(advice)))
        }
        return lines
    }

    private func place(_ exercise: Exercise) -> String {
        exercise.folder.isEmpty ? exercise.dockerfile : "\(exercise.folder)/\(exercise.dockerfile)"
    }

    private struct Document: Encodable {
        struct Task: Encodable {
            var id: String
            var title: String
            var state: String
        }
        struct Code: Encodable {
            var number: Int
            var language: String
            var name: String?
            var text: String
        }
        var lesson: String
        var number: Int
        var of: Int
        var fragment: Bool
        var title: String?
        var text: String
        var notes: String?
        var fences: [Code]
        var exercises: [Task]
    }

    private func document(_ slide: Slide) -> Document {
        let terminal = Terminal(width: 100)
        return Document(
            lesson: lesson.id, number: number, of: lesson.deck.slides.count, fragment: slide.isFragment,
            title: slide.title, text: terminal.text(SlideRenderer(terminal: terminal).lines(slide)),
            notes: showsNotes ? slide.notes : nil,
            fences: slide.fences.map {
                .init(number: $0.index + 1, language: $0.language, name: $0.name, text: $0.text)
            },
            exercises: exercises.map {
                .init(id: $0.id, title: $0.title, state: progress[$0.id].state.word)
            })
    }
}

extension ExerciseProgress.State {
    /// The word for it, the same everywhere.
    var word: String {
        switch self {
        case .pending: "pending"
        case .passed: "done"
        case .skipped: "skipped"
        }
    }

    var style: Style {
        switch self {
        case .pending: .warning
        case .passed: .pass
        case .skipped: .muted
        }
    }

    func mark(_ glyphs: Glyphs) -> String {
        switch self {
        case .pending: glyphs.dot
        case .passed: glyphs.pass
        case .skipped: glyphs.skipped
        }
    }
}
