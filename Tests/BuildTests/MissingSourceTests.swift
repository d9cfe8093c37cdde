import Diagnostics
import Linux
import SystemPackage
import Testing

@testable import Build

/// What is said of a source that is not there: never what would lead astray.
@Suite struct MissingSourceTests {
    @Test(arguments: [
        // In a stage: the program is somewhere else, was given no name, was never made.
        ("mkdir src usr; echo > src/hello", true, "it is at /src/hello"),
        ("mkdir -p usr/share home/me; echo > usr/share/hello; echo > home/me/hello", true, "it is at /home/me/hello"),
        ("mkdir -p usr/local/bin; echo > usr/local/bin/hello", true, "it is at /usr/local/bin/hello"),
        ("echo > a.out; echo > hello.c", true, "/a.out is there"),
        ("echo > hello.c", true, "hello.c is there and nothing made hello of it"),
        ("echo > helo", true, "did you mean helo?"),
        ("mkdir bin etc usr var src; echo > src/other", true, "stage compiler has src"),
        ("mkdir bin etc usr var", true, "nothing was put into stage compiler"),
        // In the context names are all there is.
        ("echo > hello.c", false, "did you mean hello.c?"),
        ("mkdir src; echo > src/hello; ln -s /nowhere/hello hello", false, "it is a link to /nowhere/hello"),
    ])
    func theHintLeadsOn(_ script: String, _ isStage: Bool, _ hint: String) async throws {
        let folder = try Folder.make("lesson-missing")
        defer { Folder.remove(folder) }
        try await Shell.run(script, in: folder)
        let root = SourceRoot(
            directory: try RootedDirectory(at: folder), ignore: nil, keepsOwners: isStage,
            ownership: Ownership(mapping: .single))
        let failure = CopyFailure(
            error: .missing("/hello"), place: isStage ? "stage compiler" : "the build context", root: root,
            sources: ["/hello"]
        ).failure
        let said = try #require(failure.diagnostic.hint)
        #expect(said.contains(hint), "\(said)")
    }
}
