import Diagnostics
import Testing

@testable import Dockerfile

/// Anything may be in a file that is handed in: an error or a result, never a crash, never a blow-up.
struct HostileTextTests {
    private func survives(_ text: String) { survives(Array(text.utf8)) }

    private func survives(_ bytes: [UInt8]) {
        let report = DockerfileLint.check(bytes, file: "Dockerfile")
        #expect(report.warnings.count <= LintRun.warningLimit)
        if let error = report.error { #expect(!error.diagnostics.isEmpty) }
    }

    @Test func manyLines() { survives("FROM a\n" + String(repeating: "RUN x\n", count: 30_000)) }

    @Test func manyEmptyLines() { survives(String(repeating: "\n", count: 1_000_000)) }

    @Test func manyContinuations() { survives("FROM a\nRUN x" + String(repeating: " \\\ny", count: 50_000)) }

    @Test func manyStages() throws {
        var text = ""
        for number in 0..<10_000 { text += "FROM \(number == 0 ? "scratch" : "s\(number - 1)") AS s\(number)\n" }
        let dockerfile = try parsed(text)
        #expect(dockerfile.stages.count == 10_000)
        survives(text)
    }

    @Test func longLine() throws {
        let error = try failure("FROM a\nRUN " + String(repeating: "a ", count: 2_000_000))
        #expect(error.diagnostics.first?.id == "line-too-long")
    }

    @Test func largeFile() throws {
        let error = try failure("FROM a\nRUN " + String(repeating: "a", count: 17 << 20))
        #expect(error.diagnostics.first?.id == "file-too-large")
    }

    @Test func manyWords() {
        survives(
            "FROM a\nCOPY" + String(repeating: String(repeating: " x", count: 20_000) + "\\\n", count: 10) + " /y/\n")
    }

    @Test func manyHeredocs() {
        let names = (0..<2_000).map { "E\($0)" }
        survives(
            "FROM a\nCOPY " + names.map { "<<\($0)" }.joined(separator: " ") + " /x/\n" + names.joined(separator: "\n"))
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":[", "[[[", "\"", "[\"\\u"])
    func nestedJSON(_ open: String) { survives("FROM a\nCMD [" + String(repeating: open, count: 10_000)) }

    @Test(arguments: ["ONBUILD ", "${a:-", "\"${a:-", "$", "{", "${a#", "${a/", "'\"", "--", "<<"])
    func nesting(_ open: String) {
        let much = String(repeating: open, count: 5_000)
        survives("FROM a\nENV x=" + much + "\n")
        survives("FROM a\n" + much + "\n")
        survives("FROM a\nRUN " + much + "\n")
        survives("FROM " + much + "\n")
    }

    @Test func expansionBomb() throws {
        let text = "FROM scratch\nENV a=aaaaaaaaaaaaaaaa\n" + String(repeating: "ENV a=$a$a\n", count: 64)
        let report = DockerfileLint.check(Array(text.utf8), file: "Dockerfile")
        #expect(report.error?.diagnostics.first?.message.contains("longer than") == true)
    }

    @Test func patternBomb() {
        let value = String(repeating: "a", count: 30_000)
        let pattern = String(repeating: "a*", count: 5_000) + "b"
        survives("FROM scratch\nENV a=\(value)\nENV b=${a//\(pattern)/x} c=${a%%\(pattern)}\n")
    }

    @Test(arguments: 0..<200)
    func randomBytes(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let alphabet = Array("FROMRUNCOPYENVARG abc=$:{}-+?#%/\\`'\"<>[],\n\n\n\t\r\0\u{A0}é".utf8) + [0xFF, 0x80]
        for _ in 0..<20 {
            let count = Int.random(in: 1...200, using: &generator)
            survives((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 })
            survives(
                Array("FROM a\nENV x=".utf8) + (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 })
        }
    }
}
