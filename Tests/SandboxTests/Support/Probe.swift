import FoundationEssentials
import Glibc
import Linux
import SystemPackage
import Testing

/// What a test asks the probe; see `Tests/Support/SandboxProbe`.
struct Question: Encodable {
    struct Limits: Encodable {
        var wall: Double? = 60
        var cpu: Double?
        var memory: Int64? = 512 << 20
        var processes: Int? = 256
        var writtenBytes: Int64?
        var files: Int?
        var outputBytes: Int64? = 1 << 20
        var openFiles: Int?
    }
    struct Mount: Encodable {
        var target: String
        var source: String?
        var readOnly: Bool?
    }
    var layers: [String] = []
    /// Where the step's layer is made; the probe's own temporary directory if not given.
    var keep: String?
    var arguments: [String]
    var environment: [String] = []
    var workingDirectory: String?
    var user: String?
    var network: String?
    var limits = Limits()
    var mounts: [Mount] = []
    var readOnlyRoot: Bool?
    var input: String?
    var runtime: String?
    var repetitions: Int?
    var cancelAfter: Double?
    var doctor: Bool?
    var terminal: Bool?
    var inherits: Bool?
    /// Trees that become the container's root's, or that go, and nothing else is done.
    var giveAway: [String]?
    var takeBack: [String]?
    var remove: [String]?

    init(_ arguments: [String]) { self.arguments = arguments }

    /// A line of shell.
    static func shell(_ line: String) -> Question { Question(["/bin/sh", "-c", line]) }
}

/// What came of it.
struct Answer: Decodable {
    struct Capability: Decodable {
        var id: String
        var title: String
        /// `ok`, `degraded` or `missing`.
        var status: String
        var detail: String
    }
    var ending: String
    var code: Int32?
    var limit: String?
    var words: String?
    var standardOutput: String
    var standardError: String
    var wall: Double
    var cpu: Double
    var error: String?
    var errorCode: String?
    var hint: String?
    var upper: [String]
    var capabilities: [Capability]?
    var controlGroup: Bool
    var ids: UInt32

    var succeeded: Bool { ending == "exited" && code == 0 }
    var lines: [String] { standardOutput.split(separator: "\n").map(String.init) }
}

/// Who runs the probe. Started as root, the suite runs everything as root and again as somebody with one id; started by
/// somebody else, as that user, with whatever ids they have.
enum Person: String, CaseIterable, CustomTestStringConvertible {
    case root, stranger, user

    static var here: [Person] { geteuid() == 0 ? [.root, .stranger] : [.user] }

    var testDescription: String { rawValue }

    /// An id without an entry in `/etc/passwd` and `/etc/subuid`.
    static let strangersID: UInt32 = 54321

    var prefix: [String] {
        guard self == .stranger else { return [] }
        return ["setpriv", "--reuid", "\(Self.strangersID)", "--regid", "\(Self.strangersID)", "--clear-groups", "--"]
    }

    /// Who owns a container's files on disk.
    var owner: UInt32 {
        switch self {
        case .root: 0x7000_0000
        case .stranger: Self.strangersID
        case .user: geteuid()
        }
    }
}

/// A folder with a small image of busybox and a probe that everybody may start; gone with the object.
final class Workbench: Sendable {
    let path: FilePath
    let person: Person
    let directory: RootedDirectory
    private let probe: FilePath

    init(_ person: Person) throws {
        self.person = person
        var template = Array("/tmp/lesson-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = FilePath(platformString: template)
        try #require(chmod(path.string, 0o755) == 0)
        directory = try RootedDirectory(at: path)
        probe = path.appending("probe")
        let built = try Self.builtProbe()
        try RootedDirectory(at: built.removingLastComponent())
            .copyFile(FilePath(root: nil, built.components.suffix(1)), to: directory, at: "probe", mode: 0o755)
        try directory.makeDirectory("image")
        for name in ["bin", "etc", "tmp", "root"] { try directory.makeDirectory(FilePath("image/\(name)")) }
        try RootedDirectory(at: "/bin").copyFile("busybox", to: directory, at: "image/bin/busybox", mode: 0o755)
        for applet in [
            "sh", "cat", "ls", "id", "sleep", "mkdir", "dd", "env", "true", "yes", "setsid", "hostname", "tail", "rm",
            "stat",
        ] {
            try directory.makeSymbolicLink(FilePath("image/bin/\(applet)"), target: "busybox")
        }
        try directory.writeFile(
            "image/etc/passwd", Array("root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n".utf8))
        try directory.writeFile("image/etc/group", Array("root:x:0:\nann:x:1000:\nstaff:x:50:ann\n".utf8))
        try giveAway("image")
    }

    deinit {
        guard let name = path.lastComponent else { return }
        if person == .user {
            // What belongs to subordinate ids only the engine can remove.
            var question = Question([])
            question.remove = try? directory.entries().filter { $0.name != "probe" }.map {
                path.appending($0.name).string
            }
            try? tell(question)
        }
        try? RootedDirectory(at: path.removingLastComponent()).remove(FilePath(root: nil, [name]))
    }

    /// Has the probe do something that has no answer.
    private func tell(_ question: Question) throws {
        let done = try ChildProcess.runBlocking(
            command([]), input: Array(JSONEncoder().encode(question)), deadline: .seconds(300))
        try #require(done.ending.isSuccess, "\(String(decoding: done.standardOutput, as: UTF8.self))")
    }

    /// Gives a tree to the container's root.
    func giveAway(_ path: FilePath) throws {
        if person == .user {
            var question = Question([])
            question.giveAway = [self.path.appending(path.components).string]
            return try tell(question)
        }
        let status = try directory.status(path, followingLast: false)
        try directory.setOwner(path, uid: person.owner, gid: person.owner)
        // A change of owner takes these off.
        if status.mode & 0o6000 != 0 { try directory.setMode(path, status.mode) }
        guard status.kind == .directory else { return }
        for entry in try directory.entries(path) { try giveAway(path.appending(entry.name)) }
    }

    /// Changes something that was given to the container's root.
    func change(_ path: FilePath, _ body: () async throws -> Void) async throws {
        if person == .user {
            var question = Question([])
            question.takeBack = [self.path.appending(path.components).string]
            try tell(question)
        }
        try await body()
        try giveAway(path)
    }

    /// Adds a layer that `make` fills, and says where it is.
    func layer(_ name: String, _ make: (RootedDirectory) throws -> Void) throws -> String {
        try directory.makeDirectory(FilePath(name))
        try make(directory.subdirectory(FilePath(name)))
        try giveAway(FilePath(name))
        return path.appending(name).string
    }

    var image: String { path.appending("image").string }

    /// Runs a question in the busybox image, unless it names layers of its own.
    func ask(_ question: Question) async throws -> Answer {
        var question = question
        if question.layers.isEmpty { question.layers = [image] }
        let input = try Array(JSONEncoder().encode(question))
        let command = command([])
        let done = try await ChildProcess.run(command, input: input, deadline: .seconds(300))
        let said = String(decoding: done.standardError, as: UTF8.self)
        return try #require(
            try? JSONDecoder().decode(Answer.self, from: Data(done.standardOutput)),
            "the probe ended with \(done.ending) and said: \(said)")
    }

    /// The probe, as this bench's person.
    func command(_ extra: [String]) -> ChildProcess.Command {
        let arguments = person.prefix + [probe.string] + extra
        var command = ChildProcess.Command(
            arguments[0], Array(arguments.dropFirst()),
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "SECRET=not for a step"])
        command.workingDirectory = "/"
        return command
    }

    /// Starts a question and does not wait for the answer.
    func start(_ question: Question) throws -> ChildProcess.Running {
        var question = question
        question.layers = [image]
        // What is killed cleans nothing up: it works in this folder, which goes with the bench.
        try directory.makeDirectory("keep")
        if person == .stranger { try giveAway("keep") }
        question.keep = path.appending("keep").string
        try directory.writeFile("question", Array(JSONEncoder().encode(question)))
        return try ChildProcess.spawn(command([path.appending("question").string]))
    }

    func shell(_ line: String) async throws -> Answer { try await ask(.shell(line)) }

    /// The product that stands beside the test bundle.
    private static func builtProbe() throws -> FilePath {
        for argument in CommandLine.arguments {
            let path = FilePath(argument).removingLastComponent().appending("sandbox-probe")
            if access(path.string, X_OK) == 0 { return path }
        }
        throw Missing()
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String { "sandbox-probe was not built beside the tests: \(CommandLine.arguments)" }
    }
}
