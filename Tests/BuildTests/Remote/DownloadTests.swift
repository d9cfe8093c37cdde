import Diagnostics
import Linux
import SystemPackage
import Testing

@testable import Build

/// `ADD` of a web address, from a server on this machine.
@Suite(.serialized) struct DownloadTests {
    private static let folder = Result { try Folder.makeLasting("lesson-download-tests") }
    private static let server = Result { try LocalServer(folder.get()) }

    private func access(_ network: BuildNetwork = .host, bytes: Int64 = 1 << 20) throws -> RemoteAccess {
        RemoteAccess(
            network: network, byteLimit: bytes, fileLimit: 1000, folder: try Folder.make("lesson-download"))
    }

    /// Why a download does not come about.
    private func failure(_ access: RemoteAccess, _ address: String, checksum: String? = nil) async -> BuildFailure? {
        defer { Folder.remove(access.folder) }
        do throws(BuildFailure) {
            _ = try await access.download(address, checksum: checksum)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("/dated.txt", "dated.txt", 784_111_777 as Int64?), ("/plain", "plain", nil),
        ("/plain/a%20b?x=y#z", "a b", nil),
        ("/plain/", "plain", nil), ("/named", "named", nil), ("/to?/plain", "to", nil),
        ("/to?/to?/dated.txt", "to", 784_111_777),
    ])
    func fetches(_ path: String, _ name: String, _ modified: Int64?) async throws {
        let access = try access()
        defer { Folder.remove(access.folder) }
        let file = try await access.download(Self.server.get().address + path, checksum: nil)
        #expect(file.name == name)
        #expect(file.modified == modified)
        #expect(file.size == 6)
    }

    @Test func holdsAFileToItsChecksum() async throws {
        let address = try Self.server.get().address + "/dated.txt"
        let right = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
        #expect(await failure(try access(), address, checksum: right) == nil)
        let wrong = "sha256:" + String(repeating: "0", count: 64)
        let failure = await failure(try access(), address, checksum: wrong)
        #expect(failure?.diagnostic.message == "digest mismatch \(right): \(wrong)")
        #expect(failure?.kind == .learner)
    }

    @Test(arguments: [
        ("/404", "invalid response status 404 (not found)"), ("/403", "invalid response status 403 (not allowed)"),
        ("/500", "invalid response status 500 (the server has a fault)"),
        ("/to?ftp://127.0.0.1/x", "it leads to ftp://127.0.0.1/x"),
        ("/to?file:///etc/passwd", "it leads to file:///etc/passwd"),
    ])
    func saysWhatTheServerSaid(_ path: String, _ words: String) async throws {
        let address = try Self.server.get().address + path
        let failure = try #require(await failure(try access(), address))
        #expect(failure.diagnostic.message == "cannot fetch \(address): \(words)")
        #expect(failure.kind == .learner)
        #expect(failure.diagnostic.hint != nil)
    }

    @Test func endsARoundOfRedirects() async throws {
        let address = try Self.server.get().address
        let turn = "/to?" + String(repeating: "/to?", count: 12) + "/plain"
        let failure = try #require(await failure(try access(), address + turn))
        #expect(failure.diagnostic.message.hasSuffix("more than 10 redirects"))
    }

    @Test func takesNoMoreThanItMay() async throws {
        let access = try access(bytes: 100_000)
        let failure = await failure(access, try Self.server.get().address + "/endless")
        #expect(failure?.diagnostic.message.contains("it is larger than") == true)
    }

    /// Nobody answers: that may be the network's fault, and is held against nobody.
    @Test func tellsSilenceFromAMistake() async throws {
        let failure = try #require(await failure(try access(), "http://127.0.0.1:1/x"))
        #expect(failure.kind == .environment)
    }

    @Test(arguments: ["/plain", "/to?http://10.0.0.1/"]) func reachesNoNeighbours(_ path: String) async throws {
        let seen = try Self.server.get().address + "/seen"
        let failure = try #require(await failure(try access(.isolated), try Self.server.get().address + path))
        #expect(failure.diagnostic.id == "private-address")
        let access = try access()
        defer { Folder.remove(access.folder) }
        _ = try await access.download(seen, checksum: nil)
        let requests = try String(
            decoding: RootedDirectory(at: access.folder).readFile("download", limit: 1 << 20), as: UTF8.self)
        #expect(!requests.contains("10.0.0.1"))
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777 as Int64?), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("yesterday", nil), ("", nil),
        ("Sun, 99 Nov 1994 08:49:37 GMT", nil), ("Nov Nov Nov", nil),
    ])
    func readsTimes(_ text: String, _ seconds: Int64?) { #expect(HTTPDate.parse(text) == seconds) }

    /// The whole way, as a person types it: modes, owners, the name, and the second build out of the cache.
    @Test func buildsWithAnAddress() async throws {
        let work = try Folder.make("lesson-download-build")
        defer { Folder.remove(work) }
        let address = try Self.server.get().address
        try RootedDirectory(at: work).writeFile(
            "Dockerfile",
            Array(
                """
                FROM scratch
                ADD \(address)/dated.txt \(address)/plain /files/
                ADD --chmod=751 --chown=3:4 \(address)/to?/plain /own
                ADD --link \(address)/plain /linked
                """.utf8))
        let arguments = ["build", "--network", "host", "--output", "type=oci,dest=image.tar", "."]
        let output = try await Program.shared.docker(arguments, in: work)
        try #require(output.status == 0, "\(output.standardError)")
        let tree = try BuildCase.image(in: work).tree
        #expect(tree["files/dated.txt"] == "file 600 0:0 \"hello\\n\"")
        #expect(tree["files/plain"] == "file 600 0:0 \"plain\\n\"")
        #expect(tree["own"] == "file 751 3:4 \"plain\\n\"")
        #expect(tree["linked"] == "file 600 0:0 \"plain\\n\"")
        let again = try await Program.shared.docker(arguments, in: work)
        #expect(again.standardError.contains("3 of 3 steps from the cache"))
        let isolated = try await Program.shared.docker(["build", "--no-cache", "."], in: work)
        #expect(isolated.status == 1)
        #expect(
            isolated.standardError.contains(
                "Dockerfile:2: error: cannot fetch \(address)/dated.txt: 127.0.0.1 is a private address"))
    }
}
