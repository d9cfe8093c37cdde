import Diagnostics
import Testing

struct DiagnosticRendererTests {
    @Test func showsPlaceCaretAndHint() {
        let diagnostic = Diagnostic(
            id: "unknown-instruction", severity: .error, file: "Dockerfile",
            range: SourceRange(line: 5, column: 1, length: 5),
            message: "unknown instruction COPPY", hint: "did you mean COPY?")
        let text = DiagnosticRenderer().render(diagnostic, sourceLine: "COPPY --from=compiler /hello /hello")
        #expect(
            text == """
                Dockerfile:5:1: error: unknown instruction COPPY [unknown-instruction]
                  5 | COPPY --from=compiler /hello /hello
                    | ^~~~~
                  hint: did you mean COPY?
                """)
    }

    @Test func caretStaysUnderEscapedCharacters() {
        let diagnostic = Diagnostic(
            id: "x", severity: .warning, file: "d", range: SourceRange(line: 1, column: 3, length: 1), message: "m")
        let text = DiagnosticRenderer().render(diagnostic, sourceLine: "a\u{1B}b")
        #expect(text == "d:1:3: warning: m [x]\n  1 | a\\eb\n    |    ^")
    }

    @Test(arguments: [(0, 1), (1, 1), (1, 500), (1, 1_000_000)])
    func anyColumnIsDrawn(line: Int, column: Int) {
        let diagnostic = Diagnostic(
            id: "x", severity: .note, range: SourceRange(line: line, column: column, length: 9), message: "m")
        let long = String(repeating: "y", count: 1000)
        let text = DiagnosticRenderer(width: 80).render(diagnostic, sourceLine: long)
        #expect(text.split(separator: "\n").allSatisfy { $0.count < 120 })
    }
}
