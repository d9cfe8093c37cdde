import Lessons
import Slides
import Testing

@testable import LessonCommands

struct SlideFinderTests {
    static let lesson: Lessons.Lesson = {
        let text = """
            # Start here
            ---
            name: theory
            ## Stages and names
            --
            More of it
            ---
            ## Exercise: two stages
            ---
            ## Comparing sizes
            ---
            ## Comparing names
            """
        var exercise = Exercise(id: "multi-stage", title: "Two stages")
        exercise.slide = SlideReference(number: 4)
        return Lessons.Lesson(id: "demo", title: "Demo", deck: Deck(parsing: Array(text.utf8)), exercises: [exercise])
    }()

    @Test(arguments: [
        ("1", 1), ("6", 6), ("multi-stage", 4), ("theory", 2), ("START HERE", 1), ("sizes", 5), ("two stages", 4),
    ])
    func finds(_ wanted: String, _ number: Int) throws {
        #expect(try SlideFinder(lesson: Self.lesson).number(for: wanted) == number)
    }

    @Test(arguments: [
        ("0", "slides 1 to 6"), ("7", "slides 1 to 6"), ("-1", "slides 1 to 6"),
        ("mutli-stage", "did you mean \"multi-stage\"?"),
        ("comparing", "5 \"Comparing sizes\""), ("", "takes a number"), ("nothing like it at all", "takes a number"),
    ])
    func saysWhatThereIsInstead(_ wanted: String, _ hint: String) {
        let error = #expect(throws: CommandError.self) { try SlideFinder(lesson: Self.lesson).number(for: wanted) }
        #expect(error?.hint?.contains(hint) ?? false, "\(error?.hint ?? "no hint")")
        #expect(error?.status == .usage)
    }
}

struct WalkTests {
    private func walk(_ position: Int, _ state: ExerciseProgress.State = .pending) -> Walk {
        var progress = Progress(lesson: "demo", position: position)
        progress["multi-stage"].state = state
        return Walk(lesson: SlideFinderTests.lesson, progress: progress)
    }

    @Test func staysInsideTheDeck() {
        #expect(walk(99).position == 6)
        #expect(walk(99).next == nil)
        #expect(walk(-3).position == 1)
        #expect(walk(1).previous == nil)
    }

    @Test(arguments: [(1, 0), (3, 0), (4, 1), (5, 0)])
    func holdsBackOnlyOnTheSlideOfTheExercise(_ position: Int, _ count: Int) {
        #expect(walk(position).unsolvedOnLeaving.count == count)
    }

    @Test(arguments: [ExerciseProgress.State.passed, .skipped])
    func letsPassWhoIsDone(_ state: ExerciseProgress.State) {
        #expect(walk(4, state).unsolvedOnLeaving.isEmpty)
    }

    @Test func holdsNobodyBackWhileASlideUnfolds() {
        var lesson = SlideFinderTests.lesson
        lesson.exercises[0].slide = SlideReference(number: 2)
        var progress = Progress(lesson: "demo", position: 2)
        #expect(Walk(lesson: lesson, progress: progress).unsolvedOnLeaving.isEmpty)
        progress.position = 3
        #expect(Walk(lesson: lesson, progress: progress).unsolvedOnLeaving.count == 1)
    }

    @Test(arguments: [1, 4, 6])
    func knowsWhichExerciseIsMeant(_ position: Int) {
        #expect(walk(position).currentExercise?.id == "multi-stage")
    }
}

struct UnifiedDiffTests {
    private func text(_ old: String, _ new: String) -> [String] {
        UnifiedDiff(from: old, to: new).lines(oldName: "a", newName: "b").map(\.text)
    }

    @Test(arguments: [("", ""), ("a\n", "a\n"), ("a\r\nb\r\n", "a\nb\n"), ("a", "a\n")])
    func saysNothingOfEqualTexts(_ old: String, _ new: String) {
        #expect(text(old, new).isEmpty)
    }

    @Test func writesHunksAsDiffDoes() {
        let old = (1...20).map(String.init).joined(separator: "\n") + "\n"
        let new = old.replacing("\n3\n", with: "\nthree\n").replacing("\n18\n", with: "\n18\nmore\n")
        #expect(
            text(old, new) == [
                "--- a", "+++ b", "@@ -1,6 +1,6 @@", " 1", " 2", "-3", "+three", " 4", " 5", " 6", "@@ -16,5 +16,6 @@",
                " 16",
                " 17", " 18", "+more", " 19", " 20",
            ])
    }

    @Test func writesANewFile() {
        #expect(text("", "x\ny\n") == ["--- a", "+++ b", "@@ -0,0 +1,2 @@", "+x", "+y"])
    }

    @Test func takesFilesThatAreTooLargeToCompare() {
        let old = (0..<3000).map { "a\($0)" }.joined(separator: "\n")
        let new = (0..<3000).map { "b\($0)" }.joined(separator: "\n")
        #expect(text(old, new).count == 6003)
    }

    /// Applying the diff to the old text gives the new one, whatever the texts.
    @Test func loosesNothing() {
        var state: UInt64 = 42
        func random(_ limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }
        for _ in 0..<200 {
            let old = (0..<random(12)).map { _ in ["a", "b", "c", ""][random(4)] }
            let new = (0..<random(12)).map { _ in ["a", "b", "c", ""][random(4)] }
            let diff = UnifiedDiff(
                from: old.map { $0 + "\n" }.joined(), to: new.map { $0 + "\n" }.joined())
            #expect(diff.applied() == new)
        }
    }
}

struct HintLadderTests {
    private func exercise() -> Exercise {
        Exercise(
            id: "x", title: "x",
            rubric: Rubric(checks: [
                CheckDefinition(id: "built", kind: .builds, points: 1),
                CheckDefinition(id: "runs", kind: .run(RunRule()), points: 1),
            ]),
            hints: [
                Hint(text: "general"), Hint(check: "built", text: "of built"), Hint(check: "runs", text: "of runs"),
            ])
    }

    @Test func givesTheHintForWhatFailedFirst() {
        var progress = ExerciseProgress()
        progress.failing = ["runs"]
        #expect(HintLadder(exercise: exercise(), progress: progress).next?.text == "of runs")
    }

    @Test func givesEachHintOnceAndThenNone() {
        var progress = ExerciseProgress()
        var seen: [String] = []
        while let hint = HintLadder(exercise: exercise(), progress: progress).next {
            seen.append(hint.text)
            progress.hints += 1
        }
        #expect(seen.sorted() == ["general", "of built", "of runs"])
    }
}
