import Glibc
import Linux
import OCI
import Synchronization
import SystemPackage
import Testing

/// The built program, with a store of its own that has the base image `busybox`.
actor Program {
    static let shared = Program()

    struct Output: Sendable {
        var status: Int32
        var standardOutput: String
        var standardError: String
    }

    private var homes: [Layers: Task<FilePath, any Error>] = [:]

    /// Runs `lesson docker ARGUMENTS...`.
    func docker(
        _ arguments: [String], in folder: FilePath, environment: [String] = [], layers: Layers = .mounted
    ) async throws -> Output {
        let home = try await self.home(layers)
        return try await Self.run(
            ["docker"] + arguments, home: home, in: folder, environment: environment + layers.environment)
    }

    /// The base image as an archive that other tools can read.
    func baseArchive() async throws -> FilePath {
        let folder = try await home(.mounted).appending("base")
        let output = try await docker(
            ["build", "-t", "busybox", "--output", "type=oci,dest=base.tar", "."], in: folder)
        try #require(output.status == 0, "\(output.standardError)")
        return folder.appending("base.tar")
    }

    private func home(_ layers: Layers) async throws -> FilePath {
        if let home = homes[layers] { return try await home.value }
        let task = Task { try await Self.prepare(layers) }
        homes[layers] = task
        return try await task.value
    }

    static var executable: String {
        // `swift test` starts a bundle in the folder that the products are built into.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        var folder = FilePath(bundle)
        while !folder.components.isEmpty {
            folder.removeLastComponent()
            let candidate = folder.appending("lesson")
            if access(candidate.string, X_OK) == 0 { return candidate.string }
        }
        return "lesson"
    }

    /// Runs `lesson ARGUMENTS...` with a store of the caller's.
    static func run(
        _ arguments: [String], home: FilePath, in folder: FilePath, environment more: [String] = []
    ) async throws -> Output {
        let environment = ChildProcess.Command.hostEnvironment.filter { !$0.lowercased().contains("_proxy=") }
        let command = ChildProcess.Command(
            executable, arguments, environment: environment + ["LESSON_HOME=\(home)", "NO_COLOR=1"] + more,
            workingDirectory: folder)
        let completion = try await ChildProcess.run(command, deadline: .seconds(300))
        let status: Int32 = if case .exited(let code) = completion.ending { code } else { -1 }
        return Output(
            status: status, standardOutput: String(decoding: completion.standardOutput, as: UTF8.self),
            standardError: String(decoding: completion.standardError, as: UTF8.self))
    }

    // MARK: - The base image

    /// Makes the base: Debian's static busybox, its commands as links, a root user and some others.
    private static func prepare(_ layers: Layers) async throws -> FilePath {
        let home = try Folder.makeLasting("lesson-build-tests")
        let folder = home.appending("base")
        let root = folder.appending("root")
        let script = """
            set -e
            mkdir -p \(root)/bin \(root)/etc \(root)/tmp \(root)/root
            chmod 1777 \(root)/tmp
            chmod 700 \(root)/root
            cp /bin/busybox \(root)/bin/busybox
            chmod 755 \(root)/bin/busybox
            for name in $(/bin/busybox --list); do
              [ "$name" = busybox ] || ln -s busybox "\(root)/bin/$name"
            done
            printf 'root:x:0:0:root:/root:/bin/sh\\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\\nwww:x:33:34:www:/srv:/bin/sh\\n' > \(root)/etc/passwd
            printf 'root:x:0:\\ndaemon:x:1:\\nwww:x:34:\\nstaff:x:50:www\\n' > \(root)/etc/group
            chmod 644 \(root)/etc/passwd \(root)/etc/group
            printf 'FROM scratch\\nCOPY root /\\nCMD ["sh"]\\n' > \(folder)/Dockerfile
            """
        let made = try await ChildProcess.run(
            ChildProcess.Command("sh", ["-c", script], environment: ChildProcess.Command.hostEnvironment))
        try #require(made.ending == .exited(0), "\(String(decoding: made.standardError, as: UTF8.self))")
        let built = try await run(
            ["docker", "build", "-t", "busybox", "."], home: home, in: folder, environment: layers.environment)
        try #require(built.status == 0, "\(built.standardError)")
        return home
    }
}

/// Folders that tests write to.
enum Folder {
    private static let lasting = Mutex<[FilePath]>([])

    /// A new folder for all tests, which goes when they have ended.
    static func makeLasting(_ name: String) throws -> FilePath {
        let path = try make(name)
        lasting.withLock { lasting in
            if lasting.isEmpty { atexit { Folder.lasting.withLock { $0 }.forEach(Folder.remove) } }
            lasting.append(path)
        }
        return path
    }

    /// A new folder in the system's place for such.
    static func make(_ name: String) throws -> FilePath {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/\(name).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        return FilePath(platformString: template)
    }

    static func remove(_ path: FilePath) {
        guard let name = path.lastComponent else { return }
        try? RootedDirectory(at: path.removingLastComponent()).remove(FilePath(root: nil, [name]))
    }
}
