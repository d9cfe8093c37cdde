import Diagnostics
import Foundation
import Images
import Lessons
import Linux
import Sandbox
import SystemPackage
import TerminalUI
import Testing

@testable import LessonCommands

struct ErrorWordingTests {
    @Test(arguments: [
        (CommandError("x", "wrong", status: .usage) as any Error, "x", 64),
        (CommandError("x", "wrong"), "x", 2),
        (LessonError(id: "lesson-not-found", message: "no"), "lesson-not-found", 2),
        (WorkspaceError(.notFound, message: "none"), "workspace-notFound", 2),
        (ImageError(.diskFull, "no space"), "image-diskFull", 2),
        (SandboxError(.runtimeMissing, "no runtime"), "sandbox-no-runtime", 2),
    ])
    func picksCodeAndStatus(_ error: any Error, _ code: String, _ status: Int32) {
        let wording = ErrorWording(error)
        #expect(wording.code == code)
        #expect(wording.status == status)
    }

    /// Whoever it was that needed a thread.
    @Test func saysWhatToDoWhereThereAreNoThreads() {
        let error = LinuxError(DedicatedThread.operation, nil, .resourceTemporarilyUnavailable)
        for wording in [ErrorWording(error), ErrorWording(ImageError(error)), ErrorWording(SandboxError(error))] {
            #expect(wording.message == "cannot start a thread: resource temporarily unavailable")
            #expect(wording.hint?.contains("ulimit -u") == true)
            #expect(wording.status == 2)
        }
    }

    @Test func speaksDockersStatusesInItsFamily() {
        #expect(ErrorWording(ImageError(.notFound, "x"), docker: .failed).status == 1)
        #expect(ErrorWording(SandboxError(.runtimeMissing, "x"), docker: .failed).status == 125)
        let missing = DockerRunFailure(error: SandboxError(.program, "not found"), status: 127)
        #expect(ErrorWording(missing, docker: .failed).status == 127)
    }

    @Test func saysWhatWhereAndWhatNext() {
        let error = CommandError("x", "it is wrong\u{1B}[2J", hint: "do `this`", file: "slides.md", line: 7)
        let text = Terminal().text(ErrorWording(error).lines(Terminal()))
        #expect(text == "slides.md:7: error: it is wrong\\e[2J\n  hint: do `this`\n")
    }

    @Test func isOneJSONDocument() {
        let error = CommandError("x", "wrong", hint: "do this", file: "f", line: 3)
        #expect(
            ErrorWording(error).json == """
                {
                  "error" : {
                    "code" : "x",
                    "file" : "f",
                    "hint" : "do this",
                    "line" : 3,
                    "message" : "wrong"
                  }
                }
                """)
    }

    @Test func listsAllThatIsWrongWithALesson() {
        let diagnostics = (1...3).map {
            Diagnostic(
                id: "rule", severity: .error, file: "lesson.yml", range: SourceRange(line: $0), message: "bad \($0)")
        }
        let text = Terminal().text(ErrorWording(LessonError(diagnostics)).lines(Terminal()))
        #expect(text.contains("lesson.yml:1:1: error: bad 1"))
        #expect(text.contains("lesson.yml:2:1: error: bad 2 [rule]") && text.contains("bad 3"))
    }
}

/// What an author sees whose `lesson.yml` is wrong.
struct LessonErrorTests {
    @Test func showsTheLineAndPointsAtIt() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wording-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("lesson.yml")
        try Data("title: x\nexercises:\n  - id: a\n    tagg: b\n".utf8).write(to: file)
        try Data("# One\n".utf8).write(to: folder.appendingPathComponent("slides.md"))
        let error = #expect(throws: LessonError.self) { try Lessons.Lesson(loading: FilePath(folder.path + "/.")) }
        let wording = ErrorWording(try #require(error))
        #expect(
            Terminal().text(wording.lines(Terminal())) == """
                \(file.path):4:5: error: unknown key `tagg`
                  4 |     tagg: b
                    |     ^
                  hint: did you mean `tag`?

                """)
        #expect(wording.line == 4 && wording.file == file.path && wording.status == 2)
    }

    @Test func breaksLinesForPeopleOnly() {
        let error = CommandError("x", String(repeating: "word ", count: 40), hint: "do this")
        let terminal = Terminal(isInteractive: true, width: 60)
        #expect(ErrorWording(error).lines(terminal).allSatisfy { $0.width <= 60 })
        #expect(ErrorWording(error).lines(Terminal(width: 60)).count == 2)
    }

    @Test(arguments: [
        ("/nowhere/else/../x", "/nowhere/x"), ("./a/./b.md", "a/b.md"), ("", ""),
    ])
    func namesPathsAsPeopleDo(_ path: String, _ shown: String) {
        #expect(ProgramPath.shown(path) == shown)
        let here = ProgramPath.currentFolder.string
        #expect(ProgramPath.shown("\(here)/./x/lesson.yml") == "x/lesson.yml")
    }
}

struct ShellWordTests {
    @Test(arguments: [
        ("multi-stage", "multi-stage"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"), ("$HOME", "'$HOME'"),
        ("/tmp/né", "/tmp/né"),
    ])
    func isReadBackByAShell(_ word: String, _ quoted: String) {
        #expect(ShellWord.quoted(word) == quoted)
    }
}

struct ImageTargetTests {
    @Test(arguments: ["./nope.tar", "nope.tar.gz", "/nowhere/at/all", "../nope", "sub/Dockerfile"])
    func takesWhatLooksLikeAFileForOne(_ text: String) {
        let error = #expect(throws: CommandError.self) { try ImageTarget(text) }
        #expect(error?.message == "no such file or directory" && error?.file == text && error?.status == .couldNotRun)
    }

    @Test func takesNamesForNames() throws {
        #expect(try ImageTarget("example.org/you/image:1") == .name("example.org/you/image:1"))
        #expect(try ImageTarget("docker://hello") == .transport("docker://hello"))
        #expect(try ImageTarget("one", exercises: ["one"]) == .exercise("one"))
        #expect(throws: CommandError.self) { try ImageTarget("docker://") }
    }
}

struct JSONOutputTests {
    @Test func letsNothingThroughThatSteersATerminal() throws {
        let text = try JSONOutput.text(["a\u{1B}[31m\u{9B}\u{202E}\u{E0041}"])
        #expect(text.unicodeScalars.allSatisfy { $0.isASCII && ($0 == "\n" || $0.value >= 0x20) })
        #expect(text.contains("\\u009b") && text.contains("\\u202e") && text.contains("\\udb40\\udc41"))
    }
}

struct ScaffoldTests {
    @Test(arguments: [
        ("lesson-1", true), ("my.lesson_2", true), ("", false), (".hidden", false), ("a b", false), ("a/b", false),
    ])
    func takesPlainNames(_ name: String, _ isPlain: Bool) {
        #expect(LessonScaffold.isPlain(name) == isPlain)
    }
}
