import Foundation
import Testing

/// What a lesson or a flag says is the most is the most: what asks for more fails, and reads which limit it was.
@Suite(.serialized) struct LimitsTests {
    struct Excess: Sendable {
        var run: String
        /// In `lesson.yml`, and as a flag.
        var key: String
        var flags: [String]
        var words: String
        var advice: String
    }

    static let excesses: [Excess] = [
        Excess(
            run: "sleep 300", key: "step: 2s", flags: ["--step-timeout", "2s"], words: "more than 2 seconds",
            advice: "does the command wait for an answer"),
        Excess(
            run: "yes", key: "build_output: 1M", flags: ["--output-limit", "1m"], words: "more than 1 MiB of output",
            advice: "does the program print without end?"),
        Excess(
            run: "dd if=/dev/zero of=/f bs=1M", key: "disk: 32M", flags: ["--disk-limit", "32m"],
            words: "more than 32 MiB written", advice: "does the program write without end?"),
        Excess(
            run: "b() { b | b & }; b; sleep 300", key: "processes: 64", flags: ["--pids-limit", "64"],
            words: "more than 64 processes", advice: "does the program start itself again and again?"),
        Excess(
            run: "tail /dev/zero", key: "memory: 64M", flags: ["--memory", "64m"],
            words: "more than 64 MiB of memory", advice: "does the program keep more and more in memory?"),
        Excess(
            run: "while :; do :; done", key: "build_cpu: 1s", flags: ["--cpu-time", "1s"],
            words: "more than 1 second of processor time", advice: "does the program compute without end?"),
    ]

    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case checkByLesson, checkByFlag, gradeByLesson, gradeByFlag
        var testDescription: String { rawValue }
        var isGrade: Bool { self == .gradeByLesson || self == .gradeByFlag }
        var isFlag: Bool { self == .checkByFlag || self == .gradeByFlag }
    }

    private func learner(_ excess: Excess, isLimited: Bool, at place: String) throws -> Learner {
        let learner = try Learner()
        try learner.addLesson()
        if isLimited {
            let manifest = try learner.read("Lessons/greeting/lesson.yml")
            let limited = manifest.replacing(
                "    points: 100\n", with: "    points: 100\n    limits: {\(excess.key)}\n")
            try #require(limited != manifest)
            try learner.write(limited, to: "Lessons/greeting/lesson.yml")
        }
        if place == "work" { #expect(try learner.run(["start", "greeting", "work"]).status == 0) }
        try learner.write("FROM busybox:1\nRUN \(excess.run)\n", to: "\(place)/Dockerfile")
        return learner
    }

    private func expect(_ excess: Excess, _ run: (output: String, error: String, status: Int32), isGrade: Bool) {
        #expect(run.status == (isGrade ? 0 : 1), "\(run.error)")
        #expect(run.output.contains("\"verdict\" : \"fail\""), "\(run.output)")
        #expect(run.output.contains("stopped: \(excess.words)"), "\(run.output)")
        #expect(run.output.contains(excess.advice), "\(run.output)")
    }

    /// A class is graded by the same limits: two kinds are enough to see that they get there.
    static let tries = Way.allCases.flatMap { way in (way.isGrade ? 0..<2 : 0..<excesses.count).map { (way, $0) } }

    @Test(arguments: tries) func areObeyed(_ way: Way, _ index: Int) throws {
        let excess = Self.excesses[index]
        let place = way.isGrade ? "class/ann" : "work"
        let learner = try learner(excess, isLimited: !way.isFlag, at: place)
        let flags = way.isFlag ? excess.flags : []
        let run =
            way.isGrade
            ? try learner.run(["grade", "class", "--lesson", "greeting", "--out", "out", "--json"] + flags)
            : try learner.run(["check", "--json"] + flags, in: "work")
        expect(excess, run, isGrade: way.isGrade)
    }

    /// Without control groups something else stands in. Not for the processes of the host's own root, whom the kernel
    /// lets have any number: they are counted in time only where the machine is not busy (docs/known-faults.md).
    @Test(arguments: [4, 5]) func areObeyedWithoutControlGroups(_ index: Int) throws {
        let excess = Self.excesses[index]
        let learner = try learner(excess, isLimited: true, at: "work")
        let script = "mount -t tmpfs none /sys/fs/cgroup; exec \"$LESSON_\" check --json"
        let run = try learner.run(
            URL(fileURLWithPath: "/usr/bin/unshare"), ["--map-root-user", "--mount", "sh", "-ec", script], in: "work",
            environment: ["LESSON_": learner.executable.path])
        expect(excess, run, isGrade: false)
    }
}
