import Lessons
import Slides

/// The commands that an exercise's slides tell a learner to type, and which of them can be tried.
struct ExerciseCommands {
    /// One block of commands.
    struct Block {
        var fence: Fence
        /// The deck's file; nil for one that never was a file.
        var file: String?
        /// The commands in order, with the lines they stand on.
        var commands: [RunnableCommand]
        /// Why it is not tried; nil when it is.
        var obstacle: String?
    }

    /// In the order of the slides.
    let blocks: [Block]

    /// What stands on the exercise's slide, its fragments and the slide after it, unless that has an exercise of its own.
    init(of exercise: Exercise, in lesson: Lessons.Lesson) {
        let slides = lesson.deck.slides
        guard let number = exercise.slide?.number, let start = slides.firstIndex(where: { $0.number == number }) else {
            blocks = []
            return
        }
        let others = Set(lesson.exercises.compactMap(\.slide?.number)).subtracting([number])
        var blocks: [Block] = []
        var followers = 0
        for slide in slides[start...] {
            if slide.number != number, !slide.isFragment {
                followers += 1
                if followers > 1 { break }
            }
            if others.contains(slide.number) { break }
            for fence in slide.fences where !Self.isSkipped(fence, on: slide) {
                let commands = fence.runnableCommands
                guard !commands.isEmpty else { continue }
                let obstacle = commands.lazy.compactMap { Self.obstacle(to: $0.text) }.first
                blocks.append(
                    Block(
                        fence: fence, file: slide.file ?? lesson.deck.file, commands: commands, obstacle: obstacle))
            }
        }
        self.blocks = blocks
    }

    private static func isSkipped(_ fence: Fence, on slide: Slide) -> Bool {
        slide.directives.contains { $0.kind == .skip && $0.target == .fence(fence.index) }
    }

    /// Commands that look at images and make them; the others change or need what is not the exercise's.
    private static let tried: Set<String> = ["build", "run", "images", "history", "inspect", "tag"]

    private static func obstacle(to text: String) -> String? {
        guard let command = PlainCommand(text) else { return "it takes a shell to run it" }
        guard command.words[0] == "docker" else { return "`\(command.words[0])` is another program's" }
        guard command.words.count > 1, tried.contains(command.words[1]) else {
            return "only \(tried.sorted().joined(separator: ", ")) are tried"
        }
        return nil
    }
}
