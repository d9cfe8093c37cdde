import CLinux
import FoundationEssentials
import Glibc
import Linux
import SystemPackage
import TestBench
import Testing

/// The engine lives as long as the process outside, and nothing lives longer than the engine.
@Suite(.serialized)
struct LifetimeTests {
    @Test(arguments: Person.here, [SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT])
    func aSignalOutsideEndsEverythingInside(person: Person, signal: Int32) async throws {
        let bench = try Workbench(person)
        // Nobody else sleeps that long.
        let mark = "\(70_000 + Int(getpid()) % 10_000)\(signal)"
        let question = Question.shell("(setsid sleep \(mark) &); sleep \(mark) & sleep \(mark)")
        // Another's of long ago may have the same number.
        let before = groups()
        let process = try bench.start(question)
        try #require(reachedSoon { running(mark) == 3 }, "the step did not start")
        process.signal(signal)
        let ending = process.wait().ending
        #expect(ending == .signalled(signal))
        #expect(await reached { running(mark) == 0 }, "something lives on")
        // The next run clears away what a killed one could not.
        #expect(try await bench.shell("true").succeeded)
        #expect(groups().subtracting(before).filter { $0.contains("-\(process.pid)-") }.isEmpty)
    }

    /// How many processes have this argument.
    private func running(_ mark: String) -> Int {
        guard let proc = try? RootedDirectory(at: "/proc"), let entries = try? proc.entries() else { return -1 }
        return entries.filter { entry in
            guard Int(entry.name.string) != nil,
                let bytes = try? proc.readFile(FilePath("\(entry.name)/cmdline"), limit: 1 << 16)
            else { return false }
            return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) } == ["sleep", mark]
        }.count
    }

    /// The names of all control groups near the top.
    private func groups() -> Set<String> {
        guard let top = try? RootedDirectory(at: "/sys/fs/cgroup"), let entries = try? top.entries() else { return [] }
        return Set(
            entries.flatMap { entry in
                ((try? top.entries(FilePath(root: nil, [entry.name]))) ?? []).map {
                    "\(entry.name.string)/\($0.name.string)"
                }
            })
    }

    /// A step with a terminal: keys, size, a new size, interrupt, exit status.
    @Test(arguments: Person.here)
    func aTerminalIsJoinedToOurs(person: Person) async throws {
        let bench = try Workbench(person)
        var question = Question(["/bin/sh", "-i"])
        question.layers = [bench.image]
        question.terminal = true
        question.inherits = true
        try bench.directory.writeFile("question", Array(JSONEncoder().encode(question)))
        var ends: (Int32, Int32) = (-1, -1)
        try #require(lesson_terminal_open(&ends.0, &ends.1) == 0)
        let controller = OwnedDescriptor(ends.0)
        var terminal: OwnedDescriptor? = OwnedDescriptor(ends.1)
        resize(controller, rows: 33, columns: 101)
        var command = bench.command([bench.path.appending("question").string])
        command.newSession = true
        command.controllingTerminal = 0
        let answers = try Pipe()
        command.descriptors = [
            0: try #require(terminal), 1: try #require(answers.takeWriter()), 2: try #require(terminal),
        ]
        let process = try ChildProcess.spawn(command)
        command.descriptors = [:]
        // The controller side stays readable as long as we hold this.
        defer { terminal = nil }
        type(controller, "busybox stty size; busybox tty\r")
        // What the step shows is collected by the probe; what it did shows when it is done.
        type(controller, "while [ \"$(busybox stty size)\" != '40 120' ]; do sleep 0.1; done; echo grown\r")
        resize(controller, rows: 40, columns: 120)
        type(controller, "exit 5\r")
        let reader = try #require(answers.takeReader())
        let text = try await DedicatedThread.run { () throws(LinuxError) -> [UInt8] in
            var all: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65536)
            while true {
                let got = read(reader.rawValue, &chunk, 65536)
                if got <= 0 { return all }
                all += chunk[..<got]
            }
        }
        _ = process.wait()
        let answer = try JSONDecoder().decode(Answer.self, from: Data(text))
        #expect(answer.code == 5)
        #expect(answer.standardOutput.contains("33 101") || answer.standardOutput.contains("40 120"))
        #expect(answer.standardOutput.contains("/dev/pts/0"))
        #expect(answer.standardOutput.contains("grown"))
    }

    private func resize(_ terminal: OwnedDescriptor, rows: UInt16, columns: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        #expect(ioctl(terminal.rawValue, UInt(TIOCSWINSZ), &size) == 0)
    }

    private func type(_ terminal: OwnedDescriptor, _ text: String) {
        let bytes = Array(text.utf8)
        #expect(write(terminal.rawValue, bytes, bytes.count) == bytes.count)
    }
}
