import Diagnostics
import Foundation
import Slides
import SystemPackage
import Testing

@testable import Lessons

private let deck = """
    # First

    Text

    ---

    ## Do it

    ```dockerfile
    FROM a
    ```

    ```
    second fence
    ```
    """

@Suite struct LessonLoadingTests {
    private func load(_ manifest: String, slides: String = deck) throws -> Lesson {
        let folder = try TemporaryFolder()
        try folder.write(slides, to: "slides.md")
        try folder.write(manifest, to: "lesson.yml")
        return try Lesson(loading: folder.path)
    }

    private func diagnostics(_ manifest: String) throws -> [Diagnostic] {
        do {
            return try load(manifest).warnings
        } catch let error as LessonError {
            return error.diagnostics
        }
    }

    @Test func readsAWholeManifest() throws {
        let lesson = try load(
            """
            title: A lesson
            images:
              - names: [plain, "plain:1"]
                registry: plain:1
                make: {debian: bookworm, include: [make], environment: {A: b}}
              - name: same
                make: {like: plain}
            exercises:
              - id: one
                slide: do it
                base: [plain, same]
                files:
                  - {name: Dockerfile, fence: 0}
                  - {name: sub/other.txt, fence: 1}
                  - {name: note, text: "hi"}
                tag: one
                network: isolated
                limits: {build: 2m, run: 3s, memory: 512M, output: 64K}
                points: 10
                checks:
                  - {id: b, kind: builds, points: 4, gate: true}
                  - {id: r, kind: run, points: 6, needs: b, stdout: {contains: x}, exit: 3}
                integrity:
                  - {id: s, kind: substitution, text: x, needs: b}
                hints:
                  - {check: r, text: help}
            """)
        let exercise = try #require(lesson.exercise("one"))
        #expect(lesson.title == "A lesson")
        #expect(exercise.slide == SlideReference(number: 2, title: "Do it"))
        #expect(exercise.starter.map(\.path) == ["Dockerfile", "sub/other.txt", "note"])
        #expect(exercise.starter.first?.contents == Array("FROM a\n".utf8))
        #expect(exercise.limits.buildSeconds == 120)
        #expect(exercise.limits.memory == 512 << 20)
        #expect(exercise.network == .isolated)
        #expect(
            exercise.rubric.check("r")?.kind
                == .run(RunRule(standardOutput: .contains("x"), exitStatus: 3)))
        #expect(lesson.image(named: "same")?.recipe == lesson.image(named: "plain:1")?.recipe)
        #expect(lesson.image(named: "same")?.recipe != nil)
    }

    @Test(
        arguments: [
            ("titel: x", "manifest-unknown-key", 1, 1, "did you mean `title`?"),
            (
                "exercises:\n  - {id: a, points: 3, checks: [{id: b, kind: builds, points: 2}]}", "rubric-points", 2,
                21, nil
            ),
            (
                "exercises:\n  - id: a\n    checks:\n      - {id: b, kind: biulds}", "rubric-kind", 4, 23,
                "did you mean `builds`?"
            ),
            (
                "exercises:\n  - id: a\n    checks:\n      - {id: b, kind: builds, needs: c}", "rubric-needs", 4, 38,
                nil
            ),
            (
                "exercises:\n  - id: a\n    checks:\n      - {id: b, kind: builds}\n      - {id: b, kind: builds}",
                "rubric-id", 5, 14, nil
            ),
            (
                "exercises:\n  - id: a\n    checks: [{id: s, kind: size, than: refrence}]", "manifest-value", 3, 40,
                "did you mean `reference`?"
            ),
            (
                "exercises:\n  - id: a\n    checks: [{id: s, kind: size, than: much}]", "manifest-value", 3, 40,
                "it is `reference` or an amount of bytes such as `64K` or `2G`"
            ),
            ("exercises:\n  - id: a\n    checks: [{id: s, kind: size, than: 5X}]", "manifest-type", 3, 40, nil),
            ("exercises:\n  - id: a\n    checks: [{id: ../x, kind: builds}]", "rubric-id", 3, 19, nil),
            ("exercises:\n  - id: a\n    checks: [{id: named stage, kind: builds}]", "rubric-id", 3, 19, nil),
            (
                "exercises:\n  - id: a\n    integrity: [{id: /x, kind: substitution, text: x}]", "rubric-id", 3, 22, nil
            ),
            ("exercises:\n  - {id: a, slide: Do itt}", "exercise-slide", 2, 20, "did you mean `Do it`?"),
            ("exercises:\n  - {id: a, slide: 9}", "exercise-slide", 2, 20, "the deck has 2"),
            ("exercises:\n  - {id: a, folder: ../b}", "exercise-path", 2, 21, nil),
            ("exercises:\n  - id: a\n    files: [{name: /etc/x, text: a}]", "exercise-path", 3, 20, nil),
            ("exercises:\n  - {id: a, network: isolatd}", "manifest-value", 2, 22, "did you mean `isolated`?"),
            ("exercises:\n  - {id: a, limits: {run: soon}}", "manifest-type", 2, 27, nil),
            ("exercises:\n  - {id: a, limits: {memory: 99999999999G}}", "manifest-value", 2, 30, nil),
            (
                "exercises:\n  - id: a\n    checks: [{id: s, kind: size, than: reference}]", "rubric-reference", 3, 40,
                "add `reference:`"
            ),
            (
                "exercises:\n  - {id: a, reference: {exercise: a}}", "exercise-reference", 2, 35,
                "`exercise:` names another one, whose image is to be larger"
            ),
            (
                "exercises:\n  - {id: single}\n  - {id: a, reference: {exercise: singel, dockerfile: slides.md}}",
                "exercise-reference", 3, 35, "did you mean `single`?"
            ),
            (
                "exercises:\n  - {id: a, reference: {}}", "exercise-reference", 2, 24,
                "`lesson grade` knows none: add `dockerfile: reference/Dockerfile`"
            ),
            (
                "exercises:\n  - id: a\n    checks:\n      - id: s\n        kind: builds\n        slide: Do itt",
                "rubric-slide", 6, 16, "did you mean `Do it`?"
            ),
            (
                "images: [{name: plain, make: {busybox: true}}]\nexercises:\n  - id: a\n    checks:\n      - {id: s, kind: final_base, is: plane}",
                "exercise-base", 5, 39, "did you mean `plain`?"
            ),
            (
                "exercises:\n  - id: a\n    checks: [{id: s, kind: run, time: soon}]", "manifest-type", 3, 39, nil
            ),
            ("images:\n  - {name: a, make: {like: b}}", "image-recipe", 2, 28, "declare it before"),
            ("exercises:\n  - {id: a, tag: HELLO}", "exercise-tag", 2, 18, nil),
            (
                "exercises:\n  - {id: a, starter: nowhere}", "exercise-starter", 2, 22,
                "`starter:` names a folder beside `lesson.yml`"
            ),
            ("a: [", "manifest-syntax", 2, 1, nil),
            ("- a", "manifest-type", 1, 1, nil),
        ] as [(String, String, Int, Int, String?)])
    func saysWhatIsWrongAndWhere(
        _ manifest: String, _ id: String, _ line: Int, _ column: Int, _ hint: String?
    ) throws {
        let found = try diagnostics(manifest)
        let diagnostic = try #require(found.first { $0.id == id }, "\(found)")
        #expect(diagnostic.range?.start == SourceLocation(line: line, column: column), "\(diagnostic)")
        if let hint { #expect(diagnostic.hint == hint) }
        #expect(diagnostic.file?.hasSuffix("lesson.yml") == true)
    }

    /// A check of an unknown kind, or without readable points, is still the one that others refer to and count.
    @Test(arguments: [
        ("kind: buids, points: 4", "rubric-kind"), ("kind: builds, points: four", "manifest-type"),
        ("kind: builds, points: 4}\n      - 3\n      - {id: c, kind: builds", "manifest-type"),
    ])
    func oneMistakeIsToldOnce(_ wrong: String, _ id: String) throws {
        let found = try diagnostics(
            """
            exercises:
              - id: one
                points: 10
                checks:
                  - {id: b, \(wrong)}
                  - {id: r, kind: run, points: 6, needs: b}
                integrity:
                  - {id: s, kind: substitution, text: x, needs: b}
                hints:
                  - {check: b, text: help}
            """)
        #expect(found.map(\.id) == [id])
    }

    @Test(arguments: [
        ("[", 100_000), ("- ", 200_000), ("{a: ", 50_000), ("a: \"\u{0}", 1), ("\u{FEFF}", 1), ("a: &x [*x]", 1),
        ("? ? ? ? a", 1), ("a: &a [x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]", 1),
    ])
    func refusesHostileText(_ text: String, times: Int) throws {
        #expect(throws: LessonError.self) { try load(String(repeating: text, count: times)) }
    }

    @Test func aDeckWithoutManifestHasTheExercisesItsDirectivesDeclare() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            """
            # Deck

            <!-- lesson:exercise id=multi tag=hello -->

            <!-- lesson:file name=Dockerfile -->
            ```
            FROM a AS b
            FROM c
            ```

            <!-- lesson:check stages=2 stdout=hi max-size=10MB -->
            """, to: "my-deck.md")
        let lesson = try Lesson(loading: path)
        #expect(lesson.id == "my-deck")
        let exercise = try #require(lesson.exercises.first)
        #expect(exercise.id == "multi")
        #expect(exercise.tag == "hello")
        #expect(exercise.source == .directive)
        #expect(exercise.starter.map(\.path) == ["Dockerfile"])
        #expect(exercise.rubric.checks.map(\.kind.name) == ["builds", "stages", "run", "size"])
        #expect(exercise.rubric.points == exercise.rubric.checks.count)
    }

    @Test func aDeckThatDeclaresNothingStillHasItsDockerfiles() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            """
            # Deck

            ```c
            #include <stdio.h>
            int main() { return 0; }
            ```

            ---

            ## Two stages

            ```dockerfile
            FROM ubuntu AS compiler
            COPY hello.c /
            RUN make hello
            FROM ubuntu
            COPY --from=compiler /hello /hello
            CMD /hello
            ```
            """, to: "wild.md")
        let exercise = try #require(try Lesson(loading: path).exercises.first)
        #expect(exercise.source == .detected)
        #expect(exercise.starter.map(\.path) == ["Dockerfile", "hello.c"])
        #expect(exercise.rubric.checks.contains { $0.kind.name == "stages" })
        #expect(try exercise.solutionFiles()?.first?.path == "Dockerfile")
    }

    @Test func aCourseOfSeveralDecksIsALessonToo() throws {
        let folder = try TemporaryFolder()
        try folder.write("# One\n", to: "course/slides/one.md")
        try folder.write("# Two\n\n<!-- lesson:exercise id=two -->\n", to: "course/slides/two.md")
        let path = try folder.write(
            "title: Course\ncontent:\n- one.md\n- - two.md\n  - |\n    # Three\n- ../../secret.md\n",
            to: "course/slides/course.yml")
        try folder.write("# Secret\n", to: "secret.md")
        let lesson = try Lesson(loading: path)
        #expect(lesson.title == "Course")
        #expect(lesson.deck.slides.compactMap(\.title).contains("Three"))
        #expect(!lesson.deck.slides.compactMap(\.title).contains("Secret"))
        #expect(lesson.exercises.map(\.id) == ["two"])
    }

    @Test func aLibraryFindsByNameAndSuggests() throws {
        let folder = try TemporaryFolder()
        try folder.write(deck, to: "Lessons/first-steps/slides.md")
        let library = LessonLibrary(environment: nil, currentFolder: folder.path, executable: nil)
        #expect(try library.load("first-steps", currentFolder: folder.path).id == "first-steps")
        #expect(try library.load("Lessons/first-steps/slides.md", currentFolder: folder.path).id == "first-steps")
        do {
            _ = try library.load("first-step", currentFolder: folder.path)
            Issue.record("found what is not there")
        } catch {
            #expect(error.diagnostics.first?.hint == "did you mean `first-steps`?")
        }
    }
}

@Suite struct BundledLessonTests {
    private var root: FilePath {
        FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    }

    @Test func theBundledLessonLoadsWithoutWarnings() throws {
        let lesson = try Lesson(loading: root.appending("Lessons").appending("multi-stage-builds"))
        #expect(lesson.warnings.isEmpty)
        #expect(lesson.exercises.map(\.id) == ["single-stage", "multi-stage"])
        #expect((12...20).contains(lesson.deck.slides.filter { !$0.isFragment }.count))
        for exercise in lesson.exercises {
            #expect(exercise.rubric.points == 100)
            #expect(try exercise.solutionFiles()?.contains { $0.path == "Dockerfile" } == true)
            #expect(exercise.starter.map(\.path) == ["Dockerfile", "hello.c"])
            for base in exercise.bases { #expect(lesson.image(named: base) != nil) }
            for check in exercise.rubric.checks { #expect(!exercise.hints(failing: [check.id]).isEmpty) }
        }
        #expect(lesson.image(named: "ubuntu")?.recipe == lesson.image(named: "debian")?.recipe)
        #expect(
            lesson.exercises.last?.rubric.checks.map { "\($0.id) \($0.points)" } == [
                "built 10", "multi-stage 20", "named-stage 5", "same-base 5", "only-binary 25", "smaller 10", "runs 25",
            ])
    }
}
