import Foundation
import Linux
import SystemPackage
import TestBench
import Testing

/// `Fixtures/remote/server.py` on this machine's loopback, until this value goes.
final class LocalServer: Sendable {
    private let server: ScriptServer

    var port: Int { server.port }
    var address: String { "http://127.0.0.1:\(port)" }

    /// - Parameter folder: What holds the repositories.
    init(_ folder: FilePath) throws {
        // From beside the tests: who runs them may not be allowed to read their sources.
        let resources = try #require(Bundle.module.resourcePath)
        let script = FilePath(resources).appending("Fixtures").appending("remote").appending("server.py")
        server = try ScriptServer([script.string, folder.string])
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
