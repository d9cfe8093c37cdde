import Foundation
import Glibc
import Testing

/// A learner with a home, a lesson and a terminal; everything is gone when the test is over.
final class Learner {
    let folder: URL
    private let home: URL
    let executable: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lesson-e2e-\(UUID().uuidString)")
        // The engine's own user must be able to get there, whoever runs the tests.
        home = folder.appendingPathComponent("home")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        executable = Bundle.module.bundleURL.deletingLastPathComponent().appendingPathComponent("lesson")
        try #require(FileManager.default.isExecutableFile(atPath: executable.path), "no program beside the tests")
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR"].contains($0.key) }
        environment["LESSON_HOME"] = home.path
        environment["LESSON_PATH"] = folder.appendingPathComponent("Lessons").path
        environment["TERM"] = "xterm-256color"
        environment["LANG"] = "C.UTF-8"
        return environment
    }

    /// Types a command at the terminal.
    func type(
        _ arguments: [String], in place: String = "", input: String = "", interruptAfter: String? = nil
    ) throws -> Pty.Outcome {
        try Pty(directory: folder.appendingPathComponent(place), environment: environment)
            .run(executable.path, arguments, input: input, interruptAfter: interruptAfter)
    }

    /// Runs a command with no terminal at all.
    func run(
        _ arguments: [String], in place: String = "", environment more: [String: String] = [:]
    ) throws -> (output: String, error: String, status: Int32) {
        try run(executable, arguments, in: place, environment: more)
    }

    /// The same in a network namespace that has nothing in it, not even a loopback.
    func runOffline(
        _ arguments: [String], in place: String = ""
    ) throws -> (output: String, error: String, status: Int32) {
        let isRoot = geteuid() == 0
        let words = isRoot ? ["--net"] : ["--net", "--user", "--map-current-user"]
        return try run(URL(fileURLWithPath: "/usr/bin/unshare"), words + [executable.path] + arguments, in: place)
    }

    /// The same for any program.
    func run(
        _ program: URL, _ arguments: [String], in place: String = "", environment more: [String: String] = [:]
    ) throws -> (output: String, error: String, status: Int32) {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder.appendingPathComponent(place)
        process.environment = environment.merging(more) { $1 }
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let words = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaints = try error.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (
            String(decoding: words, as: UTF8.self), String(decoding: complaints, as: UTF8.self),
            process.terminationStatus
        )
    }

    func write(_ text: String, to path: String) throws {
        let file = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    func read(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }

    /// Puts the small lesson of the fixtures where lessons are looked for.
    func addLesson() throws {
        let root = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/Lessons")
        // Not with `copyItem`, which wants to give the copy the owner of the original.
        let copy = Process()
        copy.executableURL = URL(fileURLWithPath: "/bin/cp")
        copy.arguments = ["-R", root.path, folder.appendingPathComponent("Lessons").path]
        try copy.run()
        copy.waitUntilExit()
        try #require(copy.terminationStatus == 0)
    }
}
