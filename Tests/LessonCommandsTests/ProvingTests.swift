import Lessons
import Slides
import Testing

@testable import LessonCommands

@Suite struct ProvingTests {
    @Test(
        arguments: [
            ("docker build -t x .", ["docker", "build", "-t", "x", "."]),
            ("docker run x echo 'a  b' \"c 'd'\" e\\ f", ["docker", "run", "x", "echo", "a  b", "c 'd'", "e f"]),
            ("docker run x '' # and see", ["docker", "run", "x", ""]),
            ("docker build \\\n  -t x .", ["docker", "build", "-t", "x", "."]),
            ("docker run x echo a#b \"\\n \\\"\"", ["docker", "run", "x", "echo", "a#b", "\\n \""]),
        ])
    func plainCommandsAreTheirWords(_ text: String, _ words: [String]) {
        #expect(PlainCommand(text)?.words == words)
    }

    @Test(
        arguments: [
            "", "  ", "docker images | head", "docker run x && y", "docker run $X", "docker run \"$X\"",
            "docker run `x`",
            "docker run *.c", "docker run x > y", "X=1 docker run", "docker run 'x", "docker run x; y",
            "docker run ~/x",
            "docker run x \\", "docker a\ndocker b", "# nothing", "docker run x # a\nrm y",
        ])
    func whatTakesAShellIsNone(_ text: String) {
        #expect(PlainCommand(text) == nil)
    }

    @Test func commandsOfAnExerciseAreThoseOnItsSlides() {
        let deck = Deck(
            parsing: """
                # Before

                ```bash
                $ docker build -t before .
                ```
                ---
                # One

                ```bash
                $ docker build -t one .
                Step 1/2
                $ docker run one
                ```

                <!-- lesson:skip -->
                ```bash
                $ docker run endless
                ```
                --

                ```bash
                $ docker run one | head
                ```
                ---
                # After

                ```bash
                docker rmi one
                ```
                ---
                # Later

                ```bash
                docker images
                ```
                """)
        let exercise = Exercise(id: "one", title: "One", slide: SlideReference(number: 2))
        let lesson = Lessons.Lesson(id: "l", title: "L", deck: deck, exercises: [exercise])
        let blocks = ExerciseCommands(of: exercise, in: lesson).blocks
        #expect(
            blocks.map { $0.commands.map(\.text) } == [
                ["docker build -t one .", "docker run one"], ["docker run one | head"], ["docker rmi one"],
            ])
        #expect(blocks.map(\.commands[0].line) == [10, 22, 28])
        #expect(blocks.map { $0.obstacle == nil } == [true, false, false])

        // The next slide is another exercise's, where there is one.
        let next = Exercise(id: "two", title: "Two", slide: SlideReference(number: 4))
        let both = Lessons.Lesson(id: "l", title: "L", deck: deck, exercises: [exercise, next])
        #expect(ExerciseCommands(of: exercise, in: both).blocks.count == 2)
    }
}
