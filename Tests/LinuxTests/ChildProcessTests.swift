import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import Linux

struct ChildProcessTests {
    private func shell(_ line: String) -> ChildProcess.Command {
        ChildProcess.Command("/bin/sh", ["-c", line], environment: ["A=b"])
    }

    @Test func outputStatusAndEnvironment() async throws {
        let done = try await ChildProcess.run(shell("cat; echo $A >&2; exit 7"), input: Array("in".utf8))
        #expect(done.ending == .exited(7))
        #expect(done.standardOutput == Array("in".utf8))
        #expect(done.standardError == Array("b\n".utf8))
    }

    @Test func signalsAreTold() async throws {
        #expect(try await ChildProcess.run(shell("kill -TERM $$")).ending == .signalled(SIGTERM))
    }

    @Test func largeInputAndOutputDoNotBlockEachOther() async throws {
        let input = [UInt8](repeating: 65, count: 3 << 20)
        #expect(try await ChildProcess.run(shell("cat"), input: input).standardOutput == input)
    }

    @Test func aChildThatDoesNotReadIsNoTrouble() async throws {
        let done = try await ChildProcess.run(shell("exec <&-; echo ok"), input: [UInt8](repeating: 65, count: 1 << 20))
        #expect(done.ending == .exited(0))
    }

    @Test func nothingIsInherited() async throws {
        // Not closed on exec, and a number that was free: `dup2` to one of our choice would take it from another test.
        let file = OwnedDescriptor(open("/etc/passwd", O_RDONLY | O_CLOEXEC))
        let held = OwnedDescriptor(fcntl(file.rawValue, F_DUPFD, 77))
        try #require(held.rawValue >= 77)
        let done = try await ChildProcess.run(shell("ls /proc/self/fd | wc -l"))
        #expect(String(decoding: done.standardOutput, as: UTF8.self).contains("4"))
        withExtendedLifetime(held) {}
    }

    @Test func deadlineEndsTheWholeGroup() async throws {
        let done = try await ChildProcess.run(shell("sleep 43210 & sleep 43210"), deadline: .milliseconds(300))
        #expect(done.ending == .timedOut)
    }

    @Test func outputLimitEndsIt() async throws {
        let done = try await ChildProcess.run(shell("while :; do echo xxxxxxxx; done"), outputLimit: 10_000)
        #expect(done.ending == .tooMuchOutput)
        #expect(done.standardOutput.count <= 10_000)
    }

    @Test func cancellingEndsIt() async throws {
        let task = Task { try await ChildProcess.run(shell("echo started; sleep 43211")) }
        task.cancel()
        #expect(try await task.value.ending == .signalled(SIGKILL))
    }

    @Test(arguments: ["/nosuch/program", "nosuch-program", "/etc/passwd", "/"])
    func whatCannotStartIsAnError(program: String) async {
        await #expect(throws: LinuxError.self) { try await ChildProcess.run(ChildProcess.Command(program)) }
    }

    /// More of them at once than the concurrency runtime has threads.
    @Test func manyWaitAtOnce() async throws {
        let endings = try await withThrowingTaskGroup(of: ChildProcess.Ending.self) { group in
            for code in 0..<20 { group.addTask { try await ChildProcess.run(shell("sleep 0.1; exit \(code)")).ending } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(endings) == Set((0..<20).map { .exited($0) }))
    }
}
