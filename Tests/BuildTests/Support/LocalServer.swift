import Foundation
import Glibc
import Linux
import SystemPackage
import Testing

/// `Fixtures/remote/server.py` on this machine's loopback, until this value goes.
final class LocalServer: Sendable {
    let port: Int
    private let process: ChildProcess.Running
    private let input: Linux.Pipe

    var address: String { "http://127.0.0.1:\(port)" }

    /// - Parameter folder: What holds the repositories.
    init(_ folder: FilePath) throws {
        // From beside the tests: who runs them may not be allowed to read their sources.
        let resources = try #require(Bundle.module.resourcePath)
        let script = FilePath(resources).appending("Fixtures").appending("remote").appending("server.py")
        var command = ChildProcess.Command(
            "python3", [script.string, folder.string], environment: ChildProcess.Command.hostEnvironment)
        let (input, output) = (try Linux.Pipe(), try Linux.Pipe())
        command.descriptors[0] = input.takeReader()
        command.descriptors[1] = output.takeWriter()
        process = try ChildProcess.spawn(command)
        command.descriptors = [:]
        self.input = input
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output.reader, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        port = try #require(Int(String(decoding: line, as: UTF8.self)), "the server did not start")
    }

    deinit {
        input.closeWriter()
        process.kill()
        _ = process.wait()
    }
}

/// A shell line that has to succeed.
enum Shell {
    @discardableResult
    static func run(_ script: String, in folder: FilePath, environment: [String] = []) async throws -> String {
        let done = try await ChildProcess.run(
            ChildProcess.Command(
                "sh", ["-ec", script], environment: ChildProcess.Command.hostEnvironment + environment,
                workingDirectory: folder), deadline: .seconds(600))
        try #require(done.ending == .exited(0), "\(String(decoding: done.standardError, as: UTF8.self))")
        return String(decoding: done.standardOutput, as: UTF8.self).split(separator: "\n").joined(separator: "\n")
    }
}
