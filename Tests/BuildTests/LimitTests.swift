import Linux
import SystemPackage
import Testing

/// A build that asks for more than it may have is stopped, says what was too much and on which line, and that is the
/// learner's failure: exit status 1.
@Suite(.serialized) struct LimitTests {
    struct Excess: CustomTestStringConvertible, Sendable {
        var flags: [String]
        /// What runs in the second line, or a whole Dockerfile.
        var run: String?
        var dockerfile: String?
        var line: String
        var words: String
        /// How what there is to do about it begins, where it is a step that is too much.
        var hint: String?

        var testDescription: String { flags.joined(separator: " ") }
        var text: String { dockerfile ?? "FROM busybox\nRUN \(run ?? "true")\n" }

        static let all: [Excess] = [
            Excess(
                flags: ["--pids-limit", "64"], run: "b() { b | b & }; b; sleep 50", line: "2",
                words: "more than 64 processes", hint: "does the program start itself again and again?"),
            Excess(
                flags: ["--memory", "64m"], run: "tail /dev/zero", line: "2", words: "more than 64 MiB of memory",
                hint: "does the program keep more and more in memory?"),
            Excess(
                flags: ["--disk-limit", "32m"], run: "dd if=/dev/zero of=/f bs=1M", line: "2",
                words: "more than 32 MiB written", hint: "does the program write without end?"),
            Excess(
                flags: ["--files-limit", "300"], run: "while :; do i=$((i+1)); : > /tmp/$i; done", line: "2",
                words: "more than 300 files", hint: "does the program make files without end?"),
            Excess(
                flags: ["--output-limit", "1m"], run: "yes", line: "2", words: "more than 1 MiB of output",
                hint: "does the program print without end?"),
            Excess(
                flags: ["--step-timeout", "1s"], run: "(setsid sleep 50 &); sleep 50", line: "2",
                words: "more than 1 second", hint: "does the command wait for an answer, or serve without end?"),
            Excess(
                flags: ["--timeout", "2s", "--step-timeout", "1m"], run: "sleep 50", line: "2",
                words: "more than 2 seconds for the whole build", hint: "this step was running when the time was over"),
            Excess(
                flags: ["--cpu-time", "1s"], run: "while :; do :; done", line: "2",
                words: "more than 1 second of processor time for the whole build",
                hint: "all steps together took that long: does the program compute without end?"),
            Excess(
                flags: ["--stages-limit", "10000"],
                dockerfile: (0..<10_001).map { "FROM scratch AS s\($0)\n" }.joined(), line: "10001",
                words: "more than 10000 stages"),
            Excess(
                flags: [], dockerfile: (0..<10_000).map { "FROM scratch AS s\($0)\n" }.joined(), line: "501",
                words: "more than 500 stages"),
            Excess(
                flags: ["--instructions-limit", "5"],
                dockerfile: "FROM scratch\n" + String(repeating: "ENV a=b\n", count: 9),
                line: "6", words: "more than 5 instructions"),
            Excess(
                flags: ["--context-limit", "1k"], dockerfile: "FROM scratch\nENV a=b\nCOPY big /\n", line: "3",
                words: "more than 1 KiB from the build context", hint: "copy less:"),
        ]
    }

    @Test(arguments: Excess.all) func whatIsTooMuchIsStoppedAndNamed(_ excess: Excess) async throws {
        let work = try Folder.make("lesson-limit")
        defer { Folder.remove(work) }
        let folder = try RootedDirectory(at: work)
        try folder.writeFile("Dockerfile", Array(excess.text.utf8))
        try folder.writeFile("big", [UInt8](repeating: 65, count: 4096))
        let output = try await Program.shared.docker(
            ["build", "--network", "none", "--progress", "plain", "-f", "Dockerfile"] + excess.flags + ["."], in: work)
        #expect(output.status == 1)
        let last = output.standardError.split(separator: "\n").last { $0.contains(": error: ") }
        #expect(last.map(String.init) == "Dockerfile:\(excess.line): error: stopped: \(excess.words)")
        let hints = output.standardError.split(separator: "\n").filter { $0.hasPrefix("  hint: ") }
        if let hint = excess.hint { #expect(hints.contains { $0.hasPrefix("  hint: \(hint)") }, "\(hints)") }
    }

    /// What is above a limit and allowed all the same.
    @Test(arguments: [
        ["--files-limit", "0"], ["--pids-limit", "-1"], ["--memory", "0"], ["--stages-limit", "0", "--timeout", "0"],
    ]) func zeroIsNoLimit(_ flags: [String]) async throws {
        let work = try Folder.make("lesson-limit")
        defer { Folder.remove(work) }
        try RootedDirectory(at: work).writeFile("Dockerfile", Array("FROM busybox\nRUN echo \(flags)\n".utf8))
        let output = try await Program.shared.docker(["build", "--network", "none"] + flags + ["."], in: work)
        #expect(output.status == 0, "\(output.standardError)")
    }

    @Test(arguments: [
        ["--memory", "much"], ["--timeout", "soon"], ["--timeout", "5x"], ["--pids-limit", "-2"],
        ["--files-limit", "-1"],
    ]) func whatIsNoLimitIsRefused(_ flags: [String]) async throws {
        let work = try Folder.make("lesson-limit")
        defer { Folder.remove(work) }
        let output = try await Program.shared.docker(["build"] + flags + ["."], in: work)
        #expect(output.status == 125)
        #expect(output.standardError.contains(flags[0]))
    }
}
