import Diagnostics
import Images
import Lessons
import Sandbox
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
        #expect(text.contains("lesson.yml:1: error: bad 1"))
        #expect(text.contains("lesson.yml:2:1: error: bad 2 [rule]") && text.contains("bad 3"))
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
