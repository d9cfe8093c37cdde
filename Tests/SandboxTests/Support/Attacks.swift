import Foundation
import Glibc
import Linux
import SystemPackage
import Testing

extension Workbench {
    /// Builds the program that tries forbidden things into the image.
    func compileAttacks() async throws {
        let source = FilePath(Bundle.module.bundleURL.path).appending("Fixtures/attacks.c")
        var said = "no C compiler was found"
        for compiler in ["clang", "cc", "gcc"] {
            let command = ChildProcess.Command(
                compiler, ["-static", "-o", path.appending("attacks").string, source.string],
                environment: ChildProcess.Command.hostEnvironment)
            guard let done = try? await ChildProcess.run(command, deadline: .seconds(120)) else { continue }
            said = String(decoding: done.standardError, as: UTF8.self)
            if done.ending.isSuccess {
                try await change("image/bin") {
                    try directory.copyFile("attacks", to: directory, at: "image/bin/attacks", mode: 0o755)
                }
                return
            }
        }
        Issue.record("the attacks cannot be compiled: \(said)")
    }
}
