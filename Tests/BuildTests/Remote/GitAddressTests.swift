import Dockerfile
import Testing

@testable import Build

struct GitAddressTests {
    private func words(_ text: String) throws -> String {
        let address = try GitAddress(text)
        return [
            address.remote, address.url.scheme, address.url.host, address.reference ?? "-", address.subdirectory,
            address.checksum ?? "-", address.keepsGitDirectory.map { "\($0)" } ?? "-", "\(address.takesSubmodules)",
        ].joined(separator: " ")
    }

    @Test(arguments: [
        ("https://h.io/a/b.git", "https://h.io/a/b.git https h.io -  - - true"),
        ("https://h.io/b.git#main", "https://h.io/b.git https h.io main  - - true"),
        ("https://h.io/b.git#v1:sub/dir", "https://h.io/b.git https h.io v1 sub/dir - - true"),
        ("https://h.io/b.git#:sub", "https://h.io/b.git https h.io - sub - - true"),
        ("git@h.io:a/b.git#x", "git@h.io:a/b.git ssh h.io x  - - true"),
        ("ssh://u@h.io:2222/a/b", "ssh://u@h.io:2222/a/b ssh h.io -  - - true"),
        ("git://h.io/b", "git://h.io/b git h.io -  - - true"),
        ("https://h.io/b.git?branch=x", "https://h.io/b.git https h.io refs/heads/x  - - true"),
        ("https://h.io/b.git?tag=v1&subdir=s", "https://h.io/b.git https h.io refs/tags/v1 s - - true"),
        ("https://h.io/b.git?ref=pull/1/head", "https://h.io/b.git https h.io pull/1/head  - - true"),
        ("https://h.io/b.git?branch=x&commit=abcd", "https://h.io/b.git https h.io refs/heads/x  abcd - true"),
        ("https://h.io/b.git?keep-git-dir&submodules=0", "https://h.io/b.git https h.io -  - true false"),
        ("git@h.io:b.git?tag=v1#:d", "git@h.io:b.git ssh h.io refs/tags/v1 d - - true"),
    ])
    func reads(_ text: String, _ wanted: String) throws {
        #expect(GitAddress.isGit(text))
        #expect(try words(text) == wanted)
    }

    @Test(arguments: [
        "https://h.io/a", "https://h.io/a.git/x", "file:///a.git", "ext::sh -c x", "a.git", "./a.git", "host:path",
        "a b@c:d",
    ])
    func leavesOtherSourcesAlone(_ text: String) { #expect(!GitAddress.isGit(text)) }

    @Test(arguments: [
        ("https://h.io/b.git?x=y", "unexpected query \"x\""), ("https://h.io/b.git?tag=", "query \"tag\" has no value"),
        ("https://h.io/b.git?tag=a&tag=b", "query \"tag\" has multiple values"),
        ("https://h.io/b.git?tag=a&branch=b", "branch conflicts with tag"),
        ("https://h.io/b.git?ref=a#b", "ref conflicts: \"b\" vs \"a\""),
        ("https://h.io/b.git?subdir=a#:b", "subdir conflicts: \"b\" vs \"a\""),
        ("https://h.io/b.git?keep-git-dir=maybe", "invalid keep-git-dir value: \"maybe\""),
        ("https://h.io/b.git?checksum=xyz", "invalid checksum xyz for Git URL, expected hex commit hash"),
        ("https://h.io/b.git#--upload-pack=touch", "not a git reference: --upload-pack=touch"),
        ("ssh://-oProxyCommand=x/b.git", "not a git repository's address: ssh://-oProxyCommand=x/b.git"),
        ("git@-oProxyCommand:b.git", "not a git repository's address: git@-oProxyCommand:b.git"),
    ])
    func refuses(_ text: String, _ message: String) throws {
        #expect(GitAddress.isGit(text))
        let error = #expect(throws: InstructionError.self) { try GitAddress(text) }
        #expect(error?.message == message)
    }

    @Test func hidesAPassword() throws {
        #expect(try GitAddress("https://me:secret@h.io/b.git").shown == "https://xxxxx:xxxxx@h.io/b.git")
    }

    @Test(arguments: [
        ("../x.git", "https://h.io/a/b.git", "https://h.io/a/x.git"),
        ("./x", "https://h.io/a/b.git", "https://h.io/a/b.git/x"),
        ("../../c/x.git", "https://h.io/a/b.git/", "https://h.io/c/x.git"),
        ("../x.git", "git@h.io:b.git", "git@h.io:x.git"),
        ("https://other/x.git", "https://h.io/b.git", "https://other/x.git"),
    ])
    func findsSubmodules(_ address: String, _ parent: String, _ wanted: String) {
        #expect(GitSubmodules.resolve(address, against: parent) == wanted)
    }
}
