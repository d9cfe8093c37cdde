import Build
import Diagnostics
import Glibc
import Images
import Lessons
import Linux
import SystemPackage

/// What a build reads from the person: the Dockerfile, the context, the ignore file, secrets.
struct BuildInput: Sendable {
    var dockerfile: [UInt8]
    var dockerfileName: String
    var context: FilePath?
    var ignoreFile: [UInt8]?
    var ignoreFileName = ".dockerignore"
    /// A context that came as an archive, unpacked.
    private var spooled: (store: Store, pending: PendingSnapshot)?

    /// The largest Dockerfile.
    static let dockerfileLimit = 128 << 20

    /// - Parameters:
    ///   - engine: What unpacks a context that comes as an archive; nil where only the Dockerfile counts.
    ///   - stop: Ends the waiting for somebody who writes into a pipe.
    /// - Throws: `CancellationError` when it was stopped, and what is wrong with the input.
    static func read(
        _ arguments: BuildArguments, spool engine: EngineSession?, unless stop: Wakeup? = nil
    ) throws -> BuildInput {
        if arguments.contextPath == "-" { return try readStandardInput(arguments, spool: engine, unless: stop) }
        let folder = FilePath(arguments.contextPath)
        if arguments.contextPath.contains("://") || arguments.contextPath.hasPrefix("git@") {
            throw CommandError(
                "unsupported", "a context that is not on this machine is not supported: \(arguments.contextPath)",
                hint: "fetch it first, then name its folder", status: .failed)
        }
        let root: RootedDirectory
        do {
            root = try RootedDirectory(at: folder)
        } catch {
            throw CommandError(
                "no-context", "unable to prepare context: path \"\(arguments.contextPath)\" not found",
                hint: "the last word names the folder with the files to copy; . is this one", status: .failed)
        }
        var input = BuildInput(dockerfile: [], dockerfileName: "Dockerfile", context: folder)
        if arguments.file == "-" {
            input.dockerfile = try readAll(STDIN_FILENO, limit: dockerfileLimit, unless: stop)
            input.readIgnore(root, besides: nil)
            return input
        }
        let path = dockerfilePath(arguments)
        input.dockerfileName = shown(path)
        do {
            // By the person's own name for it: links count, also those that lead out of the context.
            input.dockerfile = try readFile(path, unless: stop)
        } catch let error as LinuxError {
            throw CommandError(
                "no-dockerfile",
                "failed to read dockerfile: open \(shown(path)): \(error.errno.description.lowercased())",
                hint: "name it with -f, or call it Dockerfile", status: .failed)
        }
        input.readIgnore(root, besides: path)
        return input
    }

    /// Whether the Dockerfile can be read as often as one likes. What comes out of a pipe, as in `-f <(generate)`, is
    /// there once: it must not even be opened by who may not need it, as whoever writes it then finds nobody who reads.
    static func canBeReadAgain(_ arguments: BuildArguments) -> Bool {
        guard arguments.contextPath != "-", arguments.file != "-" else { return false }
        return LocalFiles.kind(dockerfilePath(arguments), following: true) == .file
    }

    private static func dockerfilePath(_ arguments: BuildArguments) -> FilePath {
        arguments.file.map { FilePath($0) } ?? defaultDockerfile(in: FilePath(arguments.contextPath))
    }

    private static func readFile(_ path: FilePath, unless stop: Wakeup?) throws -> [UInt8] {
        // Not to wait here for somebody to open the other end of a FIFO, which nothing could stop.
        let opened = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
        guard opened >= 0 else { throw LinuxError("open", path, Errno(rawValue: errno)) }
        let file = OwnedDescriptor(opened)
        let kind = try FileStatus(of: file).kind
        guard kind != .directory else { throw LinuxError("read", path, .isDirectory) }
        do {
            return try readAll(
                file.rawValue, limit: dockerfileLimit, isReady: kind == .regular, unless: stop)
        } catch is CommandError {
            throw LinuxError("read", path, .fileTooLarge)
        }
    }

    private static func defaultDockerfile(in folder: FilePath) -> FilePath {
        let path = folder.appending("Dockerfile")
        let lower = folder.appending("dockerfile")
        if access(path.string, F_OK) != 0, access(lower.string, F_OK) == 0 { return lower }
        return path
    }

    /// A path as it is shown: without `./` in front.
    private static func shown(_ path: FilePath) -> String {
        let text = path.string
        return text.hasPrefix("./") ? String(text.dropFirst(2)) : text
    }

    private mutating func readIgnore(_ root: RootedDirectory, besides dockerfile: FilePath?) {
        if let dockerfile, let name = dockerfile.lastComponent {
            let own = dockerfile.removingLastComponent().appending(name.string + ".dockerignore")
            let above = own.removingLastComponent()
            if let directory = try? RootedDirectory(at: above.isEmpty ? FilePath(".") : above),
                let last = own.lastComponent,
                let bytes = try? directory.readFile(FilePath(root: nil, [last]), limit: 16 << 20)
            {
                ignoreFile = bytes
                ignoreFileName = Self.shown(own)
                return
            }
        }
        ignoreFile = try? root.readFile(FilePath(".dockerignore"), limit: 16 << 20)
    }

    // MARK: - Standard input

    private static func readStandardInput(
        _ arguments: BuildArguments, spool engine: EngineSession?, unless stop: Wakeup?
    ) throws -> BuildInput {
        let bytes = try readAll(STDIN_FILENO, limit: 1 << 30, unless: stop)
        guard looksLikeArchive(bytes), let engine else {
            return BuildInput(dockerfile: bytes, dockerfileName: "Dockerfile", context: nil)
        }
        let pending = try engine.store.begin()
        do {
            let root = try RootedDirectory(at: pending.upper)
            try ArchiveExtractor.extractBlocking(.bytes(bytes), into: root, ids: engine.context.ids, owner: (0, 0))
            let name = arguments.file ?? "Dockerfile"
            var input = BuildInput(dockerfile: [], dockerfileName: name, context: pending.upper)
            input.spooled = (engine.store, pending)
            do {
                input.dockerfile = try root.readFile(FilePath(name), limit: dockerfileLimit)
            } catch {
                throw CommandError(
                    "no-dockerfile", "failed to read dockerfile: open \(name): \(error.errno.description.lowercased())",
                    hint: "the archive has to hold it, or name it with -f", status: .failed)
            }
            for candidate in [name + ".dockerignore", ".dockerignore"] where input.ignoreFile == nil {
                input.ignoreFile = try? root.readFile(FilePath(candidate), limit: 16 << 20)
                if input.ignoreFile != nil { input.ignoreFileName = candidate }
            }
            return input
        } catch {
            engine.store.discard(pending)
            throw error
        }
    }

    private static func looksLikeArchive(_ bytes: [UInt8]) -> Bool {
        if bytes.count >= 512, bytes[257..<262].elementsEqual("ustar".utf8) { return true }
        return Compression(detecting: bytes) != .none
    }

    /// - Parameter isReady: Reading never waits, as from a file on a disk.
    private static func readAll(
        _ descriptor: CInt, limit: Int, isReady: Bool = false, unless stop: Wakeup?
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // Also before the first read: from a FIFO that nobody has opened to write, it would tell of an end.
            if !isReady { try wait(for: descriptor, unless: stop) }
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else {
                throw CommandError("too-large", "more than \(limit >> 20) MiB to read", status: .failed)
            }
        }
    }

    private static func wait(for descriptor: CInt, unless stop: Wakeup?) throws {
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, 2, -1) < 0, errno == EINTR {}
        if polled[1].revents != 0 { throw CancellationError() }
    }

    /// Removes what was unpacked.
    func cleanUp() {
        if let spooled { spooled.store.discard(spooled.pending) }
    }

    // MARK: - The request

    /// Everything a build needs to know.
    func request(_ arguments: BuildArguments) throws -> BuildRequest {
        var request = BuildRequest(dockerfile: dockerfile, dockerfileName: dockerfileName, context: context)
        request.ignoreFile = ignoreFile
        request.ignoreFileName = ignoreFileName
        request.target = arguments.target
        request.buildArguments = arguments.buildArguments
        request.labels = arguments.labels
        request.namedContexts = arguments.contexts
        request.platform = arguments.platform
        request.network = arguments.network
        request.noCache = arguments.noCache
        request.pull = arguments.pull
        request.extraHosts = arguments.hosts
        for (id, source) in arguments.secretSources {
            switch source {
            case .file(let path):
                request.secrets[id] = BuildSecret(bytes: try InputFile.read(path, limit: 500 << 10))
            case .environment(let name):
                request.secrets[id] = BuildSecret(bytes: Array((ProgramPath.environment(name) ?? "").utf8))
            }
        }
        for (id, paths) in arguments.agentPaths { request.agents[id] = try AgentInput(id: id, paths: paths).agent() }
        return request
    }
}
