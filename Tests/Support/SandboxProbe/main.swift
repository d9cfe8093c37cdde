import FoundationEssentials
import Glibc
import Linux
import Sandbox
import Synchronization
import SystemPackage

/// What a test asks for, as JSON on standard input.
struct Question: Codable {
    struct Limits: Codable {
        var wall: Double?
        var cpu: Double?
        var memory: Int64?
        var processes: Int?
        var writtenBytes: Int64?
        var files: Int?
        var outputBytes: Int64?
        var openFiles: Int?
    }
    struct Mount: Codable {
        var target: String
        var source: String?
        var readOnly: Bool?
    }
    /// Directories, bottom first.
    var layers: [String]
    /// A directory for the step's own layer; made and removed if not given.
    var keep: String?
    var arguments: [String]
    var environment: [String]?
    var workingDirectory: String?
    var user: String?
    var network: String?
    var limits: Limits?
    var mounts: [Mount]?
    var readOnlyRoot: Bool?
    var input: String?
    var runtime: String?
    /// How often to run it; the answer is of the last, with all times.
    var repetitions: Int?
    /// Cancel after this many seconds.
    var cancelAfter: Double?
    var terminal: Bool?
    var inherits: Bool?
    var `doctor`: Bool?
    /// Trees that become the container's root's, or that go, and nothing else is done.
    var giveAway: [String]?
    var takeBack: [String]?
    var remove: [String]?
}

/// What came of it.
struct Answer: Codable {
    var ending = ""
    var code: Int32?
    var limit: String?
    var words: String?
    var standardOutput = ""
    var standardError = ""
    var wall: Double = 0
    var cpu: Double = 0
    var times: [Double] = []
    var error: String?
    var errorCode: String?
    var hint: String?
    var upper: [String] = []
    var capabilities: [Capability]?
    var controlGroup: Bool = false
    var ids: UInt32 = 0
}

func finish(_ answer: Answer) -> Never {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(answer)) ?? Data()
    var bytes = Array(data) + [10]
    var done = 0
    while done < bytes.count {
        let put = bytes.withUnsafeMutableBytes { write(1, $0.baseAddress.map { $0 + done }, $0.count - done) }
        if put <= 0 { break }
        done += put
    }
    exit(answer.error == nil ? 0 : 2)
}

/// Says what becomes of threads where none is to be had.
func tryWithoutThreads() async throws -> Never {
    // Those of the runtime are there by then: it does not go on without them.
    await Task.detached {}.value
    // Root, whose processes nobody counts, becomes somebody.
    if geteuid() == 0, setuid(54321) != 0 { throw Errno(rawValue: errno) }
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    guard setrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &none) == 0 else { throw Errno(rawValue: errno) }
    @Sendable func say(_ text: String) { _ = (text + "\n").withCString { write(1, $0, strlen($0)) } }
    do { try DedicatedThread.start { say("started") } } catch { say("start: \(error)") }
    do {
        try await DedicatedThread.run { () throws(LinuxError) in say("run") }
    } catch {
        say("run: \(error)")
    }
    do { try DedicatedThread.runAndWait { say("waited for") } } catch { say("wait: \(error)") }
    exit(0)
}

if CommandLine.arguments.contains("--without-threads") { try await tryWithoutThreads() }

var answer = Answer()
do {
    try EngineNamespace.reexecuteIfNeeded()
    let context = try EngineNamespace.current()
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    // A file instead of standard input, which is then the step's.
    let source = CommandLine.arguments.count > 1 ? open(CommandLine.arguments[1], O_RDONLY | O_CLOEXEC) : 0
    while true {
        let got = read(source, &chunk, 65536)
        if got <= 0 { break }
        text += chunk[..<got]
    }
    let question = try JSONDecoder().decode(Question.self, from: Data(text))
    answer.controlGroup = context.controlGroup != nil
    answer.ids = context.ids.count
    for path in question.giveAway ?? [] {
        try giveAway(FilePath(path), RootedDirectory(at: "/"), to: context.ids.offset)
    }
    for path in question.remove ?? [] { try RootedDirectory(at: "/").remove(FilePath(path)) }
    for path in question.takeBack ?? [] { try giveAway(FilePath(path), RootedDirectory(at: "/"), to: 0) }
    if question.giveAway != nil || question.takeBack != nil || question.remove != nil { finish(answer) }
    if question.doctor == true {
        answer.capabilities = await Doctor.probe(context)
        finish(answer)
    }
    let sandbox = try Sandbox(
        context: context, runtime: question.runtime.map { .path($0) } ?? .auto, scratch: context.scratch)
    for _ in 0..<max(1, question.repetitions ?? 1) {
        var template = Array((question.keep ?? "/tmp/sandbox-probe-XXXXXX").utf8CString)
        if question.keep == nil, mkdtemp(&template) == nil { throw Errno(rawValue: errno) }
        let own = FilePath(platformString: template)
        let directory = try RootedDirectory(at: own)
        for name in ["upper", "work"] as [FilePath] { try directory.makeDirectories(name) }
        var spec = SandboxSpec(
            layers: question.layers.map { FilePath($0) }, upper: own.appending("upper"), work: own.appending("work"),
            arguments: question.arguments, environment: question.environment ?? [])
        spec.workingDirectory = question.workingDirectory ?? "/"
        spec.network = NetworkMode(rawValue: question.network ?? "none") ?? .none
        if let limits = question.limits {
            func seconds(_ value: Double?) -> Duration? { value.map { .milliseconds(Int64($0 * 1000)) } }
            spec.limits = ResourceLimits(
                wall: seconds(limits.wall), cpu: seconds(limits.cpu), memory: limits.memory,
                processes: limits.processes, writtenBytes: limits.writtenBytes, files: limits.files,
                outputBytes: limits.outputBytes, openFiles: limits.openFiles)
        }
        spec.readOnlyRoot = question.readOnlyRoot ?? false
        spec.terminal = question.terminal ?? false
        if question.inherits == true { spec.standardInput = .inherit }
        if let input = question.input { spec.standardInput = .bytes(Array(input.utf8)) }
        spec.mounts = (question.mounts ?? []).map { mount in
            SandboxMount(
                target: mount.target,
                kind: mount.source.map { .bind(source: FilePath($0), readOnly: mount.readOnly ?? false) }
                    ?? .tmpfs(size: nil))
        }
        if let user = question.user {
            let point = context.scratch.appending("accounts")
            _ = mkdir(point.string, 0o755)
            let empty = context.scratch.appending("empty")
            _ = mkdir(empty.string, 0o755)
            let view = try OverlayMount(lowers: [empty] + spec.layers, at: point)
            defer { try? view.unmount() }
            spec.user = try AccountDatabase(root: view.root).resolve(user)
        }
        let outputs = Mutex<([UInt8], [UInt8])>(([], []))
        let start = Clock.now
        let ready = spec
        let task = Task {
            try await sandbox.run(ready) { stream, bytes in
                outputs.withLock { if stream == .standardOutput { $0.0 += bytes } else { $0.1 += bytes } }
            }
        }
        if let seconds = question.cancelAfter {
            Task {
                try await Task.sleep(for: .milliseconds(Int64(seconds * 1000)))
                task.cancel()
            }
        }
        let result = await task.result
        answer.times.append(Clock.since(start).seconds)
        answer.standardOutput = outputs.withLock { String(decoding: $0.0, as: UTF8.self) }
        answer.standardError = outputs.withLock { String(decoding: $0.1, as: UTF8.self) }
        answer.upper = try names(below: directory.subdirectory("upper"), "")
        if question.keep == nil {
            try RootedDirectory(at: "/tmp").remove(FilePath(root: nil, own.components.suffix(1)))
        }
        let outcome = try result.get()
        answer.wall = outcome.wall.seconds
        answer.cpu = outcome.cpu.seconds
        switch outcome.ending {
        case .exited(let code): (answer.ending, answer.code) = ("exited", code)
        case .signalled(let signal): (answer.ending, answer.code) = ("signalled", signal)
        case .stopped(let limit):
            (answer.ending, answer.limit, answer.words) = ("stopped", limit.kind.rawValue, limit.words)
        }
    }
} catch let error as SandboxError {
    answer.error = error.message
    answer.errorCode = error.code.rawValue
    answer.hint = error.hint
} catch let error as EngineNamespaceError {
    answer.error = error.description
    answer.errorCode = "namespace"
    answer.hint = error.hint
} catch {
    answer.error = "\(error)"
    answer.errorCode = "other"
}
finish(answer)

/// Changes the owner of a tree.
func giveAway(_ path: FilePath, _ root: RootedDirectory, to owner: UInt32) throws {
    let status = try root.status(path, followingLast: false)
    try root.setOwner(path, uid: owner, gid: owner)
    // A change of owner takes these off.
    if status.mode & 0o6000 != 0 { try root.setMode(path, status.mode) }
    guard status.kind == .directory else { return }
    for entry in try root.entries(path) { try giveAway(path.appending(entry.name), root, to: owner) }
}

/// What a step left in its layer, sorted, at most 200 names.
func names(below directory: RootedDirectory, _ prefix: String) throws -> [String] {
    var found: [String] = []
    for entry in try directory.entries() where found.count < 200 {
        let name = FilePath(root: nil, [entry.name])
        found.append("\(prefix)\(entry.name)")
        if entry.kind == .directory {
            found += try names(below: directory.subdirectory(name), "\(prefix)\(entry.name)/")
        }
    }
    return found.sorted()
}
