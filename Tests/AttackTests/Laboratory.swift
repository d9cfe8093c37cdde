import Glibc
import Linux
import Synchronization
import SystemPackage
import Testing

/// Where attacks are tried: a folder with the program that everybody may start, and a store for each person.
actor Laboratory {
    static let shared = Laboratory()

    private var place: FilePath?
    private var count = 0

    /// A folder of its own for one attempt, which belongs to who attacks.
    func folder(_ setup: Setup) throws -> FilePath {
        let place = try self.place ?? Self.make()
        self.place = place
        count += 1
        let work = place.appending("attempt-\(count)")
        for path in [work, home(of: setup, in: place)] where access(path.string, F_OK) != 0 {
            try #require(mkdir(path.string, 0o755) == 0)
            if let user = setup.user { try #require(chown(path.string, user, user) == 0) }
        }
        return work
    }

    /// `PATH`, `LESSON_HOME` and what else the program needs.
    func environment(_ setup: Setup) throws -> [String] {
        let place = try #require(place)
        let inherited = ChildProcess.Command.hostEnvironment.filter {
            !$0.hasPrefix("PATH=") && !$0.lowercased().contains("_proxy=")
        }
        return inherited + [
            "PATH=\(place)/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LESSON_HOME=\(home(of: setup, in: place))",
            "LESSON_PATH=\(place)/Lessons", "LESSON_RUNTIME=\(setup.runtime)", "NO_COLOR=1",
        ]
    }

    private func home(of setup: Setup, in place: FilePath) -> FilePath {
        place.appending("home-\(setup.user ?? geteuid())")
    }

    private static func make() throws -> FilePath {
        var template = Array("/tmp/lesson-attack.XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let place = FilePath(platformString: template)
        try #require(chmod(place.string, 0o755) == 0)
        // The folder of the build need not be open to others.
        let script = """
            set -e
            mkdir '\(place)/bin'
            cp --reflink=auto '\(executable)' '\(place)/bin/lesson'
            cp '\(ProbeFile.fixtures.appending("tools"))'/* '\(place)/bin/'
            cp -R '\(ProbeFile.fixtures.appending("Lessons"))' '\(place)/Lessons'
            chmod -R u=rwX,go=rX '\(place)/bin' '\(place)/Lessons'
            """
        let done = try ChildProcess.runBlocking(
            ChildProcess.Command("sh", ["-c", script], environment: ChildProcess.Command.hostEnvironment))
        try #require(done.ending == .exited(0), "\(String(decoding: done.standardError, as: UTF8.self))")
        // Nothing ends an actor that all tests share: the folder goes with the process.
        made.withLock { $0 = place }
        atexit { Laboratory.sweep() }
        return place
    }

    private static let made = Mutex<FilePath?>(nil)

    private static func sweep() {
        guard let place = made.withLock({ $0 }) else { return }
        // Layers belong to ids that only a user namespace of the person's can remove.
        let script = "rm -rf '\(place)' 2>/dev/null || unshare --map-root-user --map-auto rm -rf '\(place)'"
        _ = try? ChildProcess.runBlocking(
            ChildProcess.Command("sh", ["-c", script], environment: ChildProcess.Command.hostEnvironment))
    }

    private static var executable: String {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        var folder = FilePath(bundle)
        while !folder.components.isEmpty {
            folder.removeLastComponent()
            let candidate = folder.appending("lesson")
            if access(candidate.string, X_OK) == 0 { return candidate.string }
        }
        return "lesson"
    }
}
