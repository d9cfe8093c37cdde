/// Whether the image builds, and whose doing it is when not.
enum BuildJudgement {
    static func judge(_ observations: Observations) -> Finding {
        switch observations.build {
        case .built(_, _, let total):
            return .pass("built in \(Wording.count(total, "step"))")
        case .failed(let failure):
            var place = ""
            if let line = failure.line {
                place = "\(Wording.clipped(failure.file ?? "Dockerfile", 80)):\(line): "
            }
            var finding = Finding.fail(
                place + Wording.clipped(failure.message, 400),
                evidence: failure.output.suffix(10).map { Wording.clipped($0, 200) },
                advice: failure.hint.map { Wording.clipped($0, 400) } ?? advice(failure), line: failure.line)
            finding.file = failure.file
            return finding
        case .impossible(let reason):
            var finding = Finding.error(
                Wording.clipped(reason.message, 400), advice: reason.remedy.map { Wording.clipped($0, 400) })
            finding.file = reason.file
            finding.line = reason.line
            return finding
        }
    }

    private static func advice(_ failure: BuildObservation.Failure) -> String {
        if let line = failure.line, failure.message.hasSuffix("exit code: 137") {
            return "Line \(line) was stopped: it took too much time or memory. Does what it starts ever end?"
        }
        if let error = compilerError(failure.output) {
            return "The compiler stopped at \(error.place): \(error.message). Mend that first."
        }
        if let line = failure.line, failure.id == "run-failed",
            let words = failure.output.last(where: { !$0.allSatisfy(\.isWhitespace) })
        {
            return "The command of line \(line) failed. Its last words were: \(Wording.clipped(words, 160))"
        }
        return failure.line.map { "Look at line \($0): \(Wording.clipped(failure.message, 200))." }
            ?? "Make `docker build .` work first; everything else is judged on the image."
    }

    /// The first error of a compiler in a step's output: `hello.c:4:24: error: expected ';'`.
    private static func compilerError(_ output: [String]) -> (place: String, message: String)? {
        for line in output {
            let parts = line.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, let number = Int(parts[1]), Int(parts[2]) != nil else { continue }
            for word in [" error: ", " fatal error: "] where parts[3].hasPrefix(word) {
                return (
                    "\(Wording.clipped(String(parts[0]), 60)), line \(number)",
                    Wording.clipped(String(parts[3].dropFirst(word.count)), 120)
                )
            }
        }
        return nil
    }
}
