import Dockerfile
import OCI
import Testing

@testable import Build

@Suite struct TextTests {
    @Test(arguments: [
        ("/a/b", "/", "/a/b"), ("b", "/a", "/a/b"), ("../b", "/a/c", "/a/b"), ("../../../..", "/a", "/"),
        ("./a/./b//c/", "/", "/a/b/c"), ("", "/a", "/a"), ("..", "/", "/"),
    ])
    func pathsBecomeAbsolute(_ path: String, _ directory: String, _ expected: String) {
        #expect(PathText.absolute(path, in: directory) == expected)
    }

    @Test(arguments: [
        ("a", "/w", "/w/a"), ("a/", "/w", "/w/a/"), (".", "/w", "/w/"), ("./", "/w", "/w/"), ("", "/w", "/w/"),
        ("/", "/w", "/"), (".", "/", "/"), ("/x/.", "/w", "/x/"), ("../", "/w", "/"),
    ])
    func destinationsKeepTheSlashThatSaysDirectory(_ path: String, _ directory: String, _ expected: String) {
        #expect(PathText.destination(path, in: directory) == expected)
    }

    @Test(
        arguments: [
            (0, "0s"), (1, "1ns"), (1_500, "1.5µs"), (2_000_000, "2ms"), (1_500_000_000, "1.5s"),
            (300_000_000_000, "5m0s"), (5_400_000_000_000, "1h30m0s"), (-1_000_000_000, "-1s"),
        ] as [(Int64, String)])
    func durationsAreGos(_ nanoseconds: Int64, _ expected: String) {
        #expect(GoFormat.duration(nanoseconds) == expected)
    }

    @Test func healthChecksAreGos() {
        var check = HealthCheck(test: ["CMD-SHELL", "curl -f \"x\""])
        check.interval = 300_000_000_000
        check.retries = 3
        #expect(
            GoFormat.healthCheck(check)
                == #"&{["CMD-SHELL" "curl -f \"x\""] "5m0s" "0s" "0s" "0s" '\x03'}"#)
    }

    @Test func settingAVariableAgainKeepsItsPlace() {
        var list = EnvironmentList(entries: ["A=1", "B=x=y", "C"])
        list["A"] = "2"
        #expect(list.entries == ["A=2", "B=x=y", "C="])
        list["B"] = nil
        #expect(list.names == ["A", "C"])
    }

    @Test func ofTwoSpellingsOfAProxyTheLowerCaseOneWins() {
        let proxies = ProxyVariables(buildArguments: ["HTTP_PROXY": "big", "http_proxy": "small", "No_Proxy": "x"])
        #expect(proxies.entries == ["HTTP_PROXY=small", "http_proxy=small", "NO_PROXY=x", "no_proxy=x"])
    }

    @Test(arguments: [
        ("8.8.8.8", true), ("10.1.2.3", false), ("127.0.0.1", false), ("172.15.0.1", true), ("172.16.0.1", false),
        ("172.32.0.1", true), ("192.168.1.1", false), ("169.254.169.254", false), ("100.64.0.1", false),
        ("0.0.0.0", false), ("224.0.0.1", false), ("198.18.0.1", false), ("203.0.113.9", true), ("1.1.1.1", true),
    ])
    func privateAddressesAreKnown(_ text: String, _ isPublic: Bool) {
        let bytes = text.split(separator: ".").compactMap { UInt8($0) }
        #expect(PublicAddress.Address(bytes: bytes).isPublic == isPublic)
        // The same behind the coats that IPv6 has for it.
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
        #expect(PublicAddress.Address(bytes: mapped).isPublic == isPublic)
        let translated = [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8) + bytes
        #expect(PublicAddress.Address(bytes: translated).isPublic == isPublic)
    }

    @Test(
        arguments: [
            ([0x26, 0x06], true), ([0xFE, 0x80], false), ([0xFC, 0x00], false), ([0xFD, 0x12], false),
            ([0xFF, 0x02], false),
        ] as [([UInt8], Bool)])
    func privateIPv6AddressesAreKnown(_ start: [UInt8], _ isPublic: Bool) {
        let bytes = start + [UInt8](repeating: 1, count: 16 - start.count)
        #expect(PublicAddress.Address(bytes: bytes).isPublic == isPublic)
    }

    @Test func theLoopbackOfIPv6IsPrivate() {
        #expect(!PublicAddress.Address(bytes: [UInt8](repeating: 0, count: 15) + [1]).isPublic)
    }

    @Test(arguments: [
        ("http://a.example/x/y.tar?z=1", "a.example", 80, "y.tar"),
        ("https://a.example", "a.example", 443, "__unnamed__"),
        ("https://u:p@a.example:8443/a%20b", "a.example", 8443, "a b"), ("http://[::1]:81/x", "::1", 81, "x"),
        ("http://a.example/..", "a.example", 80, "__unnamed__"), ("http://a/%2Fetc", "a", 80, "%2Fetc"),
    ])
    func urlsSayWhomTheyTalkTo(_ text: String, _ host: String, _ port: Int, _ name: String) throws {
        let url = try #require(RemoteURL(text))
        #expect((url.host, url.port, url.fileName) == (host, port, name))
    }

    @Test(arguments: ["file:///etc/passwd", "http://", "http://a:b:c/", "gopher://x/", "http://a b/", "x"])
    func otherURLsAreNone(_ text: String) {
        #expect(RemoteURL(text) == nil)
    }

    @Test func partsOfAKeyDoNotRunTogether() {
        var a = StepKey("x")
        a.add(["ab", "c"])
        var b = StepKey("x")
        b.add(["a", "bc"])
        var c = StepKey("x")
        c.add(["ab"])
        c.add("c")
        let keys = [a.finish(), b.finish(), c.finish()]
        #expect(Set(keys).count == 3)
    }

    @Test func aStepRemembersItsSources() throws {
        var source = CopySource(from: .namedContext("a:b"), path: "/x \"y\"", destination: "/z", isDirectory: true)
        source.unpacked = true
        var sources = [source]
        for origin in [CopyOrigin.context, .inline, .url, .git, .stage(3), .image("a.example/b:c")] {
            sources.append(CopySource(from: origin, path: "/p", destination: "/q", isDirectory: false))
        }
        let memory = StepMemory(chain: StepKey.scratch, made: .init(seconds: 5, nanoseconds: 7), sources: sources)
        #expect(StepMemory(bytes: memory.bytes) == memory)
        #expect(StepMemory(bytes: Array("{}".utf8)) == nil)
    }
}
