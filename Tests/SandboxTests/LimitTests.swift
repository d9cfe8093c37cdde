import Glibc
import Linux
import SystemPackage
import Testing

/// Whatever exceeds a limit is ended with all it started, and the limit is named.
@Suite(.serialized)
struct LimitTests {
    struct Excess: CustomTestStringConvertible {
        var name: String
        var line: String
        var words: String
        var change: @Sendable (inout Question.Limits) -> Void
        var testDescription: String { name }
    }

    static let excesses: [Excess] = [
        Excess(name: "processes", line: "b() { b | b & }; b; sleep 50", words: "more than 64 processes") {
            $0.processes = 64
        },
        Excess(name: "memory", line: "tail /dev/zero", words: "more than 64 MiB of memory") { $0.memory = 64 << 20 },
        Excess(name: "outputBytes", line: "yes", words: "more than 1 MiB of output") { $0.outputBytes = 1 << 20 },
        Excess(
            name: "writtenBytes",
            line: "while :; do i=$((i+1)); dd if=/dev/zero of=/f$i bs=1M count=4 2>/dev/null; done",
            words: "more than 48 MiB written"
        ) { $0.writtenBytes = 48 << 20 },
        Excess(name: "writtenBytes", line: "dd if=/dev/zero of=/f bs=1M", words: "more than 48 MiB written") {
            $0.writtenBytes = 48 << 20
        },
        Excess(name: "files", line: "while :; do i=$((i+1)); : > /tmp/$i; done", words: "more than 300 files") {
            $0.files = 300
        },
        Excess(name: "wall", line: "sleep 50", words: "more than 1 second") { $0.wall = 1 },
        Excess(name: "cpu", line: "while :; do :; done", words: "more than 1 second of processor time") { $0.cpu = 1 },
        // What the kernel ends by itself, when it is there before us.
        Excess(
            name: "cpu", line: "sh -c 'kill -XCPU $$'; exit $?", words: "more than 20 seconds of processor time"
        ) { $0.cpu = 20 },
        Excess(
            name: "wall", line: "(setsid sleep 50 &); trap '' TERM HUP INT; sleep 50; sleep 50",
            words: "more than 1 second"
        ) {
            $0.wall = 1
        },
    ]

    @Test(arguments: Person.here, excesses)
    func exceedingIsStoppedAndNamed(person: Person, excess: Excess) async throws {
        let bench = try Workbench(person)
        var question = Question.shell(excess.line)
        excess.change(&question.limits)
        let answer = try await bench.ask(question)
        #expect(answer.error == nil)
        #expect(answer.ending == "stopped")
        #expect(answer.limit == excess.name)
        #expect(answer.words == excess.words)
        #expect(answer.wall < 45, "it was not what ended it")
    }

    /// A daemon that left its parent, and its session, is gone when the step is.
    @Test(arguments: Person.here)
    func nothingStaysBehind(person: Person) async throws {
        let bench = try Workbench(person)
        let answer = try await bench.shell("(setsid sleep 54321 >/dev/null 2>&1 &); (sleep 54321 &); echo done")
        #expect(answer.lines == ["done"])
        #expect(answer.succeeded)
        #expect(Self.commandLines().allSatisfy { !$0.contains("54321") })
    }

    @Test(arguments: Person.here)
    func cancellingEndsEverything(person: Person) async throws {
        let bench = try Workbench(person)
        var question = Question.shell("(setsid sleep 65432 &); sleep 65432")
        question.cancelAfter = 0.5
        let answer = try await bench.ask(question)
        #expect(answer.errorCode == "cancelled")
        #expect(Self.commandLines().allSatisfy { !$0.contains("65432") })
    }

    private static func commandLines() -> [String] {
        guard let proc = try? RootedDirectory(at: "/proc"), let entries = try? proc.entries() else { return [] }
        return entries.filter { Int($0.name.string) != nil }.compactMap { entry in
            (try? RootedDirectory(at: FilePath("/proc/\(entry.name)")).readFile("cmdline", limit: 1 << 20)).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }
}
