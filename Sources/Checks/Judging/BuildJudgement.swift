/// Whether the image builds, and whose doing it is when not.
enum BuildJudgement {
    static func judge(_ observations: Observations) -> Finding {
        switch observations.build {
        case .built(_, let cached, let total):
            return .pass("built, \(cached) of \(Wording.count(total, "step")) from the cache")
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
        return failure.line.map { "Look at line \($0): \(Wording.clipped(failure.message, 200))." }
            ?? "Make `docker build .` work first; everything else is judged on the image."
    }
}
