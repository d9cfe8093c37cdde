import Linux
import SystemPackage
import Testing

/// What can be no image's name is the mistake of who wrote it, wherever it stands, and not this machine's fault.
@Suite struct ImageNameTests {
    struct Misnomer: CustomTestStringConvertible, Sendable {
        var line: String
        var hint: String
        var testDescription: String { line }
    }

    private static let elsewhere = "a Dockerfile only names images: bring this one here with `docker load -i FILE`"
    private static let form = "a name looks like debian:12 or example.org/you/image"

    static let all: [Misnomer] = [
        Misnomer(line: "FROM dir:/x", hint: elsewhere), Misnomer(line: "FROM oci:/x/y:z", hint: elsewhere),
        Misnomer(line: "FROM docker-archive:/x.tar", hint: elsewhere),
        Misnomer(line: "FROM docker-daemon:x:y", hint: elsewhere),
        Misnomer(line: "FROM docker://debian", hint: "an image's name is no web address"),
        // These could be names with a tag.
        Misnomer(line: "FROM docker-archive:x.tar", hint: elsewhere),
        Misnomer(line: "FROM oci:x", hint: elsewhere), Misnomer(line: "FROM containers-storage:x", hint: elsewhere),
        Misnomer(line: "FROM scratch\nCOPY --from=dir:/x / /", hint: elsewhere),
        Misnomer(line: "FROM scratch\nCOPY --from=oci:x / /", hint: elsewhere),
        Misnomer(line: "FROM busybox\nRUN --mount=from=dir:/x,target=/y true", hint: elsewhere),
        Misnomer(line: "FROM scratch\nCOPY --from=a:b:c / /", hint: form),
    ]

    @Test(arguments: all) func isTheLearnersMistake(_ misnomer: Misnomer) async throws {
        let work = try Folder.make("lesson-name")
        defer { Folder.remove(work) }
        try RootedDirectory(at: work).writeFile("Dockerfile", Array("\(misnomer.line)\n".utf8))
        // Nobody answers there.
        let output = try await Program.shared.docker(
            ["build", "."], in: work, environment: ["HTTPS_PROXY=http://127.0.0.1:9"])
        #expect(output.status == 1, "\(output.standardError)")
        #expect(output.standardError.contains("hint: \(misnomer.hint)"), "\(output.standardError)")
    }
}
