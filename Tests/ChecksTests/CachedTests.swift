import Lessons
import Testing

@testable import Checks

private typealias S = Samples

/// Steps are found by what they say, not by how it is written.
@Suite struct CachedTests {
    private static func step(_ text: String, isCached: Bool = true, heredocs: String = "") -> RebuildObservation.Step {
        let kind = text.split(separator: " ").first.map { $0.uppercased() } ?? ""
        return RebuildObservation.Step(
            BuildGraph.Step(kind: kind, line: 7, text: text, layer: "x", isCached: isCached), heredocs: heredocs)
    }

    private func judge(_ wanted: [String], _ steps: [RebuildObservation.Step]) -> CheckResult {
        S.judge(
            .cached(CachedRule(change: ["*.c"], steps: wanted)),
            S.observations { $0.rebuilds = [RebuildObservation(change: ["*.c"], steps: steps)] })
    }

    @Test(arguments: [
        ("COPY lib", "COPY lib /lib2"), ("COPY lib", "copy lib /lib2"), ("COPY lib", "COPY   lib    /lib2"),
        ("COPY lib", "COPY ./lib/ /lib2/"), ("COPY lib", "COPY [\"lib\", \"/lib2\"]"), ("COPY lib", "COPY /lib /x"),
        ("COPY lib", "COPY --chown=1:1 --link lib /x"), ("COPY lib", "COPY lib/*.c lib/*.h /x/"),
        ("COPY ./lib/ /x/", "copy lib /x"), ("COPY *.txt /", "COPY note.txt /"), ("COPY a b", "COPY b a /x/"),
        ("COPY --from=tools /t", "COPY --from=Tools /t /t"), ("COPY .", "COPY . /w"), ("ADD lib", "add lib /x"),
        ("apt-get install", "RUN apt-get install -y gcc"), ("apt-get install", "run apt-get -y   install gcc"),
        ("apt-get install", "RUN /usr/bin/apt-get install gcc"), ("RUN apt-get", "RUN apt-get update"),
        ("apt-get install", "RUN [\"apt-get\", \"install\", \"gcc\"]"),
        ("apt-get install", "RUN --mount=type=cache,target=/c DEBIAN_FRONTEND=x apt-get update && apt-get install gcc"),
        ("apt-get update && apt-get install", "RUN apt-get update; apt-get install -y gcc"),
        ("slow work", "RUN echo \"slow work\" > /a"),
        ("pip install -r requirements.txt", "RUN pip install -r ./requirements.txt"),
        ("RUN", "RUN make"), ("WORKDIR /w", "workdir /w/"),
    ])
    func finds(_ wanted: String, _ text: String) {
        let result = judge([wanted], [Self.step(text)])
        #expect(result.verdict == .pass, "\(result)")
        let again = judge([wanted], [Self.step(text, isCached: false)])
        #expect(again.actual.contains("ran again"), "\(again)")
        #expect(again.line == 7)
    }

    @Test(arguments: [
        ("COPY lib", "RUN : apt-get COPY lib"), ("apt-get", "RUN : apt-get COPY lib"), ("apt-get", "RUN true apt-get"),
        ("apt-get", "RUN make # apt-get"), ("COPY lib", "RUN echo COPY lib"), ("COPY lib", "COPY other /lib"),
        ("COPY lib", "COPY library /x"), ("COPY lib", "COPY . /w"), ("COPY lib", "COPY --from=tools lib /x"),
        ("COPY --from=tools /t", "COPY /t /t"), ("COPY --from=tools /t", "COPY --from=other /t /t"),
        ("COPY lib", "ADD lib /x"), ("apt-get install", "RUN apt-get update && make install"),
        ("apt-get install", "COPY apt-get /install"),
    ])
    func isNotDeceived(_ wanted: String, _ text: String) {
        let result = judge([wanted], [Self.step(text)])
        #expect(result.verdict == .fail)
        #expect(result.actual == "no step has `\(wanted)`")
        #expect(result.evidence == ["a step: Dockerfile:7: \(text)"])
    }

    @Test func readsHereDocuments() {
        let step = Self.step("RUN <<EOF", heredocs: "set -e\napt-get install -y gcc\n")
        #expect(judge(["apt-get install"], [step]).verdict == .pass)
        #expect(judge(["make"], [step]).verdict == .fail)
    }

    @Test func whatWasRecordedCountsToo() {
        var step = Self.step("COPY $DIR /x")
        step.step.sources = [
            BuildGraph.Source(from: .context, path: ImagePath("lib"), destination: ImagePath("/x"), isTree: true)
        ]
        #expect(judge(["COPY lib"], [step]).verdict == .pass)
        #expect(judge(["COPY lib /x"], [step]).verdict == .pass)
        var other = Self.step("COPY --from=0 /t /t")
        other.step.sources = [
            BuildGraph.Source(from: .stage(0), path: ImagePath("/t"), destination: ImagePath("/t"))
        ]
        #expect(judge(["COPY --from=compiler /t"], [other]).verdict == .pass)
    }

    @Test func everyStepThatMatchesCounts() {
        let steps = [Self.step("RUN echo apt-get"), Self.step("RUN apt-get install gcc", isCached: false)]
        let result = judge(["apt-get"], steps)
        #expect(result.verdict == .fail)
        #expect(result.evidence == ["ran again: Dockerfile:7: RUN apt-get install gcc"])
    }
}
