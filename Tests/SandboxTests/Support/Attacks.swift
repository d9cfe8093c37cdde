import FoundationEssentials
import Glibc
import Linux
import SystemPackage
import Testing

extension Workbench {
    /// Builds the program that tries forbidden things into the image.
    func compileAttacks() async throws {
        let source = try RootedDirectory(at: "/").resolve(FilePath(#filePath)).removingLastComponent()
            .removingLastComponent().appending("Fixtures/attacks.c")
        var said = "no C compiler was found"
        for compiler in ["clang", "cc", "gcc"] {
            let command = ChildProcess.Command(
                compiler, ["-static", "-o", path.appending("image/bin/attacks").string, source.string],
                environment: ChildProcess.Command.hostEnvironment)
            guard let done = try? await ChildProcess.run(command, deadline: .seconds(120)) else { continue }
            said = String(decoding: done.standardError, as: UTF8.self)
            if done.ending.isSuccess {
                try giveAway("image/bin/attacks")
                return
            }
        }
        Issue.record("the attacks cannot be compiled: \(said)")
    }
}
