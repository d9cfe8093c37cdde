import Glibc
import Linux
import SystemPackage
import Testing

/// One attack, tried, and every way in which it may have succeeded.
struct Attempt {
    let probe: ProbeFile
    let setup: Setup
    private let work: FilePath
    private let outside: Outside
    private let mark = "mark-\(UInt64.random(in: .min ... .max))"

    init(_ probe: ProbeFile, _ setup: Setup) async throws {
        self.probe = probe
        self.setup = setup
        work = try await Laboratory.shared.folder(setup)
        outside = try Outside(in: work, user: setup.user)
    }

    /// What went wrong; empty when the attack was tried and came to nothing.
    func falls() async throws -> [String] {
        defer { Self.remove(work) }
        let environment = try await Laboratory.shared.environment(setup) + ["CANARY_SECRET=\(outside.token)"]
        try await lay(environment)
        var falls: [String] = []
        if probe.value("control") == "host" {
            let outside = try await shell(attackScript, environment, in: work)
            guard outside.text.contains(Self.fell) else { return ["the attack does not even succeed on the host"] }
        }
        let before = try outside.state()
        let done = try await shell(fill(probe.part("run") ?? Self.build), environment, in: work)
        if done.completion.ending == .timedOut { falls.append("it hung") }
        falls += judged(done)
        if try outside.state() != before { falls.append("the host was changed: \(try outside.state())") }
        if try contains(FilePath("image.tar"), outside.token) { falls.append("the image holds what only the host had") }
        falls += Self.processes(with: mark)
        if let check = probe.part("check") {
            let checked = try await shell("set -e\n" + fill(check), environment, in: work)
            if checked.completion.ending != .exited(0) { falls.append("its own check failed: \(checked.text)") }
        }
        return falls.map { falls in "\(falls)\n\(done.text.suffix(3000))" }
    }

    private static let fell = "FELL: "
    private static let build = """
        lesson docker build --network none --progress plain --output type=tar,dest=image.tar -f Dockerfile context
        """

    private var attackScript: String {
        """
        # \(mark): no other attempt has these words in its cache.
        fell() { echo "FE""LL: $*"; }
        \(fill(probe.part("attack.sh") ?? ""))
        echo "TRI""ED"

        """
    }

    /// Puts the probe's parts where the build finds them.
    private func lay(_ environment: [String]) async throws {
        let root = try RootedDirectory(at: work)
        try root.makeDirectory("context", mode: 0o755)
        if let dockerfile = probe.part("Dockerfile") { try root.writeFile("Dockerfile", Array(fill(dockerfile).utf8)) }
        if probe.part("attack.sh") != nil { try root.writeFile("context/attack.sh", Array(attackScript.utf8)) }
        if let user = setup.user { try root.setOwner("context", uid: user, gid: user) }
        guard let prepare = probe.part("prepare") else { return }
        let context = work.appending("context")
        let done = try await shell("set -e\numask 022\n" + fill(prepare), environment, in: context)
        try #require(done.completion.ending == .exited(0), "\(done.text)")
    }

    private func fill(_ text: String) -> String {
        text.replacing("@CANARY@", with: outside.path.string).replacing("@MARK@", with: mark)
            .replacing("@PID@", with: "\(getpid())").replacing("@WORK@", with: work.string)
    }

    private struct Done {
        var completion: ChildProcess.Completion
        var bytes: [UInt8] { completion.standardOutput + completion.standardError }
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private func shell(_ script: String, _ environment: [String], in folder: FilePath) async throws -> Done {
        let words = setup.prefix + ["sh", "-c", script]
        var command = ChildProcess.Command(
            words[0], Array(words.dropFirst()), environment: environment, workingDirectory: folder)
        // What a careless caller leaves open: a folder of the host.
        let descriptor = outside.path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY) }
        try #require(descriptor >= 0)
        command.descriptors[9] = OwnedDescriptor(descriptor)
        return Done(completion: try await ChildProcess.run(command, deadline: .seconds(240), outputLimit: 32 << 20))
    }

    // MARK: - What shows a fall

    private func judged(_ done: Done) -> [String] {
        var falls: [String] = []
        let expected = probe.value("expect") ?? "built"
        switch (done.completion.ending, expected) {
        case (.exited(0), "refused"): falls.append("it was not refused")
        case (.exited(let status), "built") where status != 0: falls.append("it did not come to its end: \(status)")
        case (.exited(0...2), _): break
        case (let ending, _): falls.append("it ended with \(ending)")
        }
        if done.text.contains(Self.fell) { falls.append("it got what it wanted") }
        if done.text.contains(outside.token) { falls.append("the output shows what only the host had") }
        if expected == "built", probe.part("attack.sh") != nil, !done.text.contains("TRIED") {
            falls.append("the attack was not tried")
        }
        for text in probe.values("says") where !done.text.contains(fill(text)) {
            falls.append("it does not say: \(text)")
        }
        if probe.value("output") != "raw", let control = Self.control(in: done.bytes) {
            falls.append("the output holds \(control)")
        }
        return falls
    }

    /// What of the output would act on a terminal or mislead its reader.
    private static func control(in bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return "bytes that are no text" }
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 9, 10, 0x20...0x7E: break
            case 0...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: return "U+\(scalar.value)"
            default: break
            }
        }
        return nil
    }

    private func contains(_ name: FilePath, _ token: String) throws -> Bool {
        guard access(work.pushing(name).string, F_OK) == 0 else { return false }
        let grep = ChildProcess.Command("grep", ["-q", "-F", "--", token, work.pushing(name).string])
        let ending = try ChildProcess.runBlocking(grep).ending
        try #require(ending == .exited(0) || ending == .exited(1))
        return ending == .exited(0)
    }

    /// Processes whose arguments hold a mark.
    private static func processes(with mark: String) -> [String] {
        guard let root = try? RootedDirectory(at: "/proc"), let entries = try? root.entries() else { return [] }
        return entries.compactMap { entry in
            guard let pid = Int32(entry.name.string), pid != getpid(),
                let bytes = try? root.readFile(FilePath("\(pid)/cmdline"), limit: 1 << 20)
            else { return nil }
            let text = String(decoding: bytes, as: UTF8.self)
            return text.contains(mark) ? "process \(pid) is left: \(text)" : nil
        }
    }

    private static func remove(_ work: FilePath) {
        guard let name = work.lastComponent else { return }
        try? RootedDirectory(at: work.removingLastComponent()).remove(FilePath(root: nil, [name]))
    }
}
