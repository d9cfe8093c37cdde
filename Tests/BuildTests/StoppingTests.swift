import Glibc
import Linux
import SystemPackage
import Testing

/// A build that is told to end does so at once, says so, and leaves nothing, whatever it is at.
@Suite(.serialized) struct StoppingTests {
    /// What a build is at when it is told to.
    enum Moment: CaseIterable {
        /// It looks its steps up, outside of the engine's namespaces.
        case lookingUp
        /// The namespaces are there, and their init.
        case beginning
        /// The engine is there; it may not have begun yet to execute the program.
        case forking
        /// It waits for somebody to write its Dockerfile.
        case reading
        /// A step runs.
        case running
    }

    enum Way: CaseIterable {
        case interrupt, termination
        /// Ctrl-C, which reaches all processes of the terminal.
        case key

        var status: Int32 {
            switch self {
            case .interrupt, .key: 128 + SIGINT
            case .termination: 128 + SIGTERM
            }
        }
    }

    /// A build on a terminal of its own, in a folder that has a store.
    private final class Build {
        let folder: FilePath
        private let controller: OwnedDescriptor
        private let process: ChildProcess.Running

        init(in folder: FilePath, _ arguments: [String]) throws {
            self.folder = folder
            var ends: (Int32, Int32) = (-1, -1)
            try #require(openpty(&ends.0, &ends.1, nil, nil, nil) == 0)
            controller = OwnedDescriptor(ends.0)
            let said = open(folder.appending("said").string, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
            try #require(said >= 0)
            var command = ChildProcess.Command(
                Program.executable,
                ["docker", "build", "--network", "none", "--progress", "plain"] + arguments + ["."],
                environment: ChildProcess.Command.hostEnvironment + ["LESSON_HOME=\(folder)/home", "NO_COLOR=1"],
                workingDirectory: folder.appending("context"))
            command.newSession = true
            command.controllingTerminal = 0
            let output = OwnedDescriptor(said)
            command.descriptors = [0: OwnedDescriptor(ends.1), 1: output, 2: output]
            process = try ChildProcess.spawn(command)
        }

        deinit { process.kill() }

        /// What it has said.
        var words: String {
            let bytes = try? RootedDirectory(at: folder).readFile("said", limit: 1 << 20)
            return String(decoding: bytes ?? [], as: UTF8.self)
        }

        /// The init of its namespaces, once there is one.
        var initProcess: Int32? { Self.child(of: process.pid) }
        var engine: Int32? { initProcess.flatMap(Self.child) }

        private static func child(of process: Int32) -> Int32? {
            let file = FilePath("\(process)/task/\(process)/children")
            guard let bytes = try? RootedDirectory(at: "/proc").readFile(file, limit: 4096) else { return nil }
            return String(decoding: bytes, as: UTF8.self).split(separator: " ").first.flatMap { Int32($0) }
        }

        func stop(_ way: Way) {
            switch way {
            case .interrupt: process.signal(SIGINT)
            case .termination: process.signal(SIGTERM)
            case .key:
                var key: UInt8 = 3
                _ = write(controller.rawValue, &key, 1)
            }
        }

        /// How it ended; nil when it does not.
        func ending() -> ChildProcess.Ending? {
            var ending: ChildProcess.Ending?
            _ = soon {
                ending = process.poll()?.ending
                return ending != nil
            }
            return ending
        }
    }

    /// Looks until it is so, without a pause, which would be longer than what is looked for, and without giving the thread
    /// to other tests, which may have it for longer than the moment lasts; gives up after a minute.
    private static func soon(_ condition: () -> Bool) -> Bool {
        let end = Clock.now + 60_000_000_000
        while Clock.now < end {
            if condition() { return true }
            sched_yield()
        }
        return condition()
    }

    /// Shuts everybody else out of a store's database, as one who writes much does.
    private static func shutOut(_ store: FilePath) throws -> OwnedDescriptor {
        let index = open(store.appending("store.sqlite-shm").string, O_RDWR | O_CLOEXEC)
        try #require(index >= 0)
        let file = OwnedDescriptor(index)
        // SQLite's file format, "WAL-Index Locking": eight locks from byte 120 on.
        var range = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 120, l_len: 8, l_pid: 0)
        try #require(fcntl(index, F_SETLK, &range) == 0)
        return file
    }

    @Test(arguments: Moment.allCases, Way.allCases)
    func itEndsAtOnceAndLeavesNothing(_ moment: Moment, _ way: Way) async throws {
        let folder = try Folder.make("lesson-stopping")
        defer { Folder.remove(folder) }
        try await Shell.run(
            """
            mkdir -p context/bin home; cp /bin/busybox context/bin/busybox; cd context
            for name in sh sleep echo; do ln -s busybox bin/$name; done; mkfifo fifo
            printf 'FROM scratch\\nCOPY bin /bin\\nRUN echo begun; sleep 600\\n' > Dockerfile
            LESSON_HOME=$PWD/../home "$LESSON" docker images
            """, in: folder, environment: ["LESSON=\(Program.executable)"])
        let root = try RootedDirectory(at: folder)
        let sessions = { (try? root.entries("home/store/sessions").count) ?? 0 }
        let lock = moment == .lookingUp ? try Self.shutOut(folder.appending("home/store")) : nil
        let build = try Build(in: folder, moment == .reading ? ["-f", "fifo"] : [])
        var writer: OwnedDescriptor?
        let isThere = Self.soon {
            switch moment {
            case .lookingUp: return sessions() > 0
            case .beginning: return build.initProcess != nil
            case .forking: return build.engine != nil
            case .reading:
                let opened = open(folder.appending("context/fifo").string, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                if opened >= 0 { writer = OwnedDescriptor(opened) }
                return opened >= 0
            case .running: return build.words.contains("begun\n")
            }
        }
        try #require(isThere, "\(build.words)")
        let initProcess = build.initProcess
        build.stop(way)
        #expect(build.ending() == .exited(way.status), "\(build.words)")
        #expect(build.words.hasSuffix("stopped\n"), "\(build.words)")
        #expect(moment != .lookingUp || initProcess == nil)
        if let initProcess { #expect(kill(initProcess, 0) != 0 && errno == ESRCH) }
        for place in ["sessions", "pending", "locks"] {
            #expect(try root.entries(FilePath("home/store/\(place)")).isEmpty, "\(place)")
        }
        withExtendedLifetime((lock, writer)) {}
    }
}
