import Checks
import Lessons
import Slides
import SystemPackage
import Testing

@testable import Grading

@Suite struct ExaminationTests {
    private let folder: TemporaryFolder
    private let engine = FakeWorld.engine()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func examine(
        _ dockerfile: String?, _ change: (inout Exercise) -> Void = { _ in }
    ) async throws -> Examination.Report {
        if let dockerfile { try folder.write(dockerfile, to: "Dockerfile") }
        var exercise = FakeWorld.exercise
        change(&exercise)
        let lesson = Lesson(id: "l", title: "L", deck: Deck(slides: []), exercises: [exercise])
        return await Examination(
            of: exercise, in: lesson, engine: engine, references: ReferenceImages(), secret: [1]
        ).examine(folder: folder.path, scope: "s")
    }

    private func fromSource(_ exercise: inout Exercise) {
        exercise.rubric.integrity = [
            IntegrityDefinition(
                id: "source", kind: .substitution(SubstitutionRule(text: "Hello, world!")), needs: ["built"])
        ]
    }

    @Test func aRightAnswerPasses() async throws {
        let report = try await examine("FROM plain\n# good")
        #expect(report.verdict.verdict == .pass, "\(report.verdict)")
        #expect(report.verdict.score == 100)
        #expect(report.verdict.sizes == Sizes(base: 1000, final: 1050, addedOverBase: 50))
        let entry = try #require(report.observations.delta?.entries.first)
        #expect(entry.origin?.chain.map(\.line) == [4, 2])
        #expect(entry.origin?.end == .built)
        #expect(report.observations.executables.first?.isCommand == true)
    }

    /// A compiler's layers are large, and most of them are no part of the answer.
    @Test func onlyTheHistoryOfWhatIsInTheImageIsRead() async throws {
        let report = try await examine("FROM plain\n# good")
        #expect(report.verdict.verdict == .pass)
        #expect(engine.histories == ["made"])
        let other = try await examine("FROM plain\n# prebuilt")
        #expect(other.observations.delta?.entries.first?.origin?.end == .context(ImagePath("hello")))
        #expect(engine.histories == ["made"])
    }

    @Test func whatCannotBeReadIsNobodysFault() async throws {
        let report = try await examine("FROM plain\n# forgotten")
        #expect(report.verdict.verdict == .error)
        #expect(report.verdict.error?.message == "no layer forgotten")
    }

    @Test func aBaseWithACompilerIsSeenAgainstThePlainBase() async throws {
        let report = try await examine("FROM plain\n# on gcc")
        #expect(report.verdict.verdict == .fail)
        #expect(report.verdict.checks.first { $0.id == "base" }?.verdict == .fail)
        #expect(report.verdict.checks.first { $0.id == "only" }?.actual.contains("/usr/bin/gcc") == true)
    }

    @Test func aBrokenBuildIsTheLearners() async throws {
        let report = try await examine("FROM plain\n# broken")
        #expect(report.verdict.verdict == .fail)
        #expect(report.verdict.countsAsAttempt)
    }

    @Test func aMissingStarterFileIsNamed() async throws {
        let report = try await examine("FROM plain\n# broken") {
            $0.starter = [StarterFile(path: "hello.c", contents: [])]
        }
        #expect(report.verdict.advice.first?.contains("hello.c is missing") == true)
    }

    @Test(
        arguments: [
            ("FROM plain\n# elsewhere", Ungradable.Reason.baseNotOffered), (nil, .noDockerfile),
        ] as [(String?, Ungradable.Reason)])
    func whatIsNotTheLearnersDoingIsAnError(_ dockerfile: String?, _ reason: Ungradable.Reason) async throws {
        let report = try await examine(dockerfile)
        #expect(report.verdict.verdict == .error)
        #expect(report.verdict.error?.reason == reason)
        #expect(!report.verdict.countsAsAttempt)
    }

    @Test(
        arguments: [
            ("Dockerfile.txt", "rename `Dockerfile.txt` to `Dockerfile`"),
            ("Containerfile", "rename `Containerfile` to `Dockerfile`"),
            ("Dockerfile.docx", "save `Dockerfile.docx` as plain text, named `Dockerfile`"),
            ("homework.zip", "unpack `homework.zip`"), ("two/Dockerfile", "there is `two/Dockerfile`"),
            ("README", "write a file named `Dockerfile`"),
        ])
    func whatIsThereInsteadIsNamed(_ file: String, _ remedy: String) async throws {
        try folder.write("FROM x", to: file)
        let report = try await examine(nil)
        #expect(report.verdict.error?.remedy?.hasPrefix(remedy) == true)
    }

    @Test(arguments: [("src/hello.c", "`src/hello.c`"), ("hello.c.txt", "rename it to `hello.c`")])
    func aMisplacedStarterFileIsFound(_ file: String, _ hint: String) async throws {
        try folder.write("int main;", to: file)
        let report = try await examine("FROM plain\n# broken") {
            $0.starter = [StarterFile(path: "hello.c", contents: [])]
        }
        #expect(report.verdict.advice.first?.contains(hint) == true)
    }

    @Test func noBaseHereIsAnErrorToo() async throws {
        let report = try await examine("FROM plain\n# good") { $0.bases = ["nowhere"] }
        #expect(report.verdict.verdict == .error)
    }

    @Test func windowsLineEndsAreSaidAndForgiven() async throws {
        let report = try await examine("FROM plain\n# good\r\n")
        #expect(report.verdict.verdict == .pass)
        #expect(report.verdict.notes.contains { $0.contains("Windows") })
    }

    @Test func theReferenceIsBuiltOnceAndMeasured() async throws {
        let reference = try folder.write("# reference", to: "reference/Dockerfile")
        var exercise = FakeWorld.exercise
        exercise.reference = Exercise.Reference(dockerfile: reference)
        exercise.rubric.checks.append(
            CheckDefinition(id: "smaller", kind: .size(SizeRule(than: .reference, percent: 10)), points: 0))
        let lesson = Lesson(id: "l", title: "L", deck: Deck(slides: []), exercises: [exercise])
        let examination = Examination(
            of: exercise, in: lesson, engine: engine, references: ReferenceImages(), secret: [])
        try folder.write("FROM plain\n# good", to: "a/Dockerfile")
        for _ in 0..<3 {
            let report = await examination.examine(folder: folder.path.appending("a"), scope: "s")
            #expect(report.verdict.sizes.singleStage == 9000)
            #expect(report.verdict.checks.last?.verdict == .pass)
        }
        #expect(engine.scopes.filter { $0 == "reference" }.count == 1)
    }

    @Test func aProgramThatFollowsItsSourceIsIts() async throws {
        try folder.write("int main;", to: "src/hello.c")
        let report = try await examine("FROM plain\n# good", fromSource)
        #expect(report.verdict.integrity.first?.verdict == .ok)
        #expect(report.observations.substitution?.replaced == ["src/hello.c"])
    }

    @Test func aCacheMountOfTheLearnersNeverHoldsTheCanary() async throws {
        try folder.write("int main;", to: "hello.c")
        _ = try await examine("FROM plain\n# good", fromSource)
        #expect(engine.scopes.first == "s")
        #expect(engine.scopes.count == 2)
        #expect(Set(engine.scopes).count == 2)
    }

    /// The text of a step is one line: what a here-document holds is taken from the Dockerfile.
    @Test func aRebuildKnowsWhatHereDocumentsHold() async throws {
        let report = try await examine("FROM gcc AS compiler\nRUN <<END\nmake hello\nEND\nFROM plain\n# good") {
            $0.rubric.checks.append(
                CheckDefinition(id: "kept", kind: .cached(CachedRule(change: ["*.c"], steps: ["make"])), points: 0))
        }
        let steps = try #require(report.observations.rebuilds.first?.steps)
        #expect(steps.map(\.heredocs) == ["make hello\n", ""])
    }

    @Test func aProgramThatIgnoresItsSourceIsFlagged() async throws {
        try folder.write("int main;", to: "hello.c")
        let report = try await examine("FROM plain\n# prebuilt", fromSource)
        #expect(report.verdict.integrity.first?.verdict == .flagged)
        #expect(report.verdict.verdict == .fail)
    }

    @Test func withoutSourceFilesAPersonLooks() async throws {
        let report = try await examine("FROM plain\n# good", fromSource)
        #expect(report.verdict.integrity.first?.verdict == .review)
        #expect(report.verdict.verdict == .pass)
    }

    @Test(arguments: [
        ("hello.c", "Hello, world!", #""Hello, world!""#), ("hello.cpp", #"a"b\c"#, #""a\"b\\c""#),
        ("hello.C", "??/", #""\?\?/""#), ("hello.c", "\u{E9}\n", #""\303\251\012""#),
        ("main.go", "??/\u{E9}", #""??/\303\251""#), ("main.rs", "\u{E9}\n?", #""\u{e9}\u{a}?""#),
    ])
    func theCanaryIsValid(_ file: String, _ text: String, _ literal: String) throws {
        let language = try #require(SourceLanguage(ofName: file))
        let source = try #require(Canary(text: text, token: "token-1").source(in: language))
        #expect(String(decoding: source, as: UTF8.self).contains(literal))
    }

    /// Replacing an assembler's source by a program of C breaks the build and says nothing.
    @Test func aLanguageWithoutACanaryIsNamed() async throws {
        try folder.write("main: ret", to: "hello.s")
        let report = try await examine("FROM plain\n# good", fromSource)
        #expect(report.verdict.integrity.first?.verdict == .review)
        #expect(report.verdict.integrity.first?.evidence.first?.contains("`hello.s` (assembly)") == true)
        #expect(engine.builds == 1)
    }

    @Test(arguments: ["hello.cc", "src/hello.cpp", "hello.cxx", "hello.C"])
    func sourcesOfOtherNamesAreReplacedToo(_ name: String) async throws {
        try folder.write("int main() {}", to: name)
        let report = try await examine("FROM plain\n# good", fromSource)
        #expect(report.verdict.integrity.first?.verdict == .ok)
        #expect(report.observations.substitution?.replaced == [name])
    }

    /// A program of Go has one `main`, in one of its files.
    @Test func ofGoOnlyTheFileWithTheMainIsReplaced() async throws {
        try folder.write("package main\nfunc main() {}", to: "main.go")
        try folder.write("package main\nfunc greet() {}", to: "greet.go")
        let report = try await examine("FROM plain\n# good", fromSource)
        #expect(report.observations.substitution?.replaced == ["main.go"])
    }
}
