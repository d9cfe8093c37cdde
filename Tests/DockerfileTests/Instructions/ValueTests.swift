import Testing

@testable import Dockerfile

/// The small languages inside of values.
struct ValueTests {
    @Test(
        arguments: [
            ("755", 0o644, false, 0o755), ("0", 0o644, false, 0), ("u+x", 0o644, false, 0o744),
            ("go-rwx", 0o755, true, 0o700),
            ("u=rwX,go=rX", 0o644, false, 0o644), ("u=rwX,go=rX", 0o600, true, 0o755), ("a=r", 0o777, false, 0o444),
            ("+x", 0o644, false, 0o755), ("+w", 0o444, false, 0o644), ("g=u", 0o640, false, 0o660),
            ("u+s", 0o755, false, 0o4755),
            ("+t", 0o755, true, 0o1755), ("o=", 0o777, false, 0o770), ("u=rw,+X", 0o711, false, 0o711),
            ("ug+rw-x", 0o755, false, 0o665),
        ])
    func appliesModes(_ text: String, _ before: UInt32, _ isDirectory: Bool, _ after: UInt32) throws {
        #expect(try FileMode(text).applied(to: before, isDirectory: isDirectory) == after)
    }

    @Test(arguments: ["64a", "8", "10000", "u", "u=q", "=", "x", "", "u+x,", "-1"].filter { $0 != "=" })
    func refusesModes(_ text: String) { #expect(throws: InstructionError.self) { try FileMode(text) } }

    @Test(
        arguments: [
            (["80"], ["80/tcp"]), (["53/udp", "80", "53/UDP"], ["53/udp", "80/tcp"]),
            (["8000-8002/sctp"], ["8000/sctp", "8001/sctp", "8002/sctp"]),
            (["127.0.0.1:8080:80"], ["80/tcp"]), (["[::1]:8080:80/tcp"], ["80/tcp"]),
        ])
    func readsPorts(_ words: [String], _ ports: [String]) throws {
        #expect(try Port.parse(words).map(\.description) == ports)
    }

    @Test(arguments: ["x", "80/xyz", "70000", "90-80", "", "80-", "1-2-3", "80:"])
    func refusesPorts(_ word: String) { #expect(throws: InstructionError.self) { try Port.parse([word]) } }

    @Test(arguments: [
        ("1s", 1_000_000_000), ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000), ("100ms", 100_000_000), ("0", 0),
        ("-2us", -2_000), (".5s", 500_000_000),
    ])
    func readsDurations(_ text: String, _ nanoseconds: Int64) throws {
        #expect(try GoDuration.parse(text) == nanoseconds)
    }

    @Test(arguments: ["", "1", "s", "1x", "1s1", ".s", "1e3s", "-", "99999999999h"])
    func refusesDurations(_ text: String) { #expect(throws: InstructionError.self) { try GoDuration.parse(text) } }

    @Test(arguments: [("SIGTERM", 15), ("kill", 9), ("9", 9), ("RTMIN+3", 37), ("SIGRTMAX-1", 63)])
    func readsSignals(_ text: String, _ number: Int) throws { #expect(try Signal.parse(text) == number) }

    @Test(arguments: ["0", "SIGFOO", "", "RTMIN+16"])
    func refusesSignals(_ text: String) { #expect(throws: InstructionError.self) { try Signal.parse(text) } }

    @Test(
        arguments: [
            ("linux/amd64", "linux/amd64"), ("Linux/X86_64", "linux/amd64"), ("linux/aarch64", "linux/arm64"),
            ("arm64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"), ("linux/arm/v7", "linux/arm/v7"), ("linux/arm/6", "linux/arm/v6"),
            ("linux/armhf", "linux/arm"),
            ("macos/arm64", "darwin/arm64"),
        ])
    func readsPlatforms(_ text: String, _ name: String) throws { #expect(try PlatformName(text).description == name) }

    @Test(arguments: ["", "linux/", "nothing", "a/b/c/d", "linux/a b"])
    func refusesPlatforms(_ text: String) { #expect(throws: InstructionError.self) { try PlatformName(text) } }

    @Test(
        arguments: [
            "debian", "debian:12", "library/debian", "localhost/a", "host.example:5000/a/b:tag", "a__b/c-d.e",
            "a@sha256:" + String(repeating: "0", count: 64), "Host/a", "[::1]:5000/a",
        ])
    func takesImageNames(_ name: String) { #expect(ImageNameSyntax.isValid(name)) }

    @Test(arguments: [
        "", "busybox:", "Debian", "a//b", "/a", "a:b:c", "a@sha256:0", "-a", "a_-b", "a b", "ä",
        String(repeating: "a", count: 300),
    ])
    func refusesImageNames(_ name: String) { #expect(!ImageNameSyntax.isValid(name)) }

    @Test(arguments: [("RUM", "RUN"), ("form", nil), ("CMD", nil), ("WORKDR", "WORKDIR")] as [(String, String?)])
    func suggests(_ word: String, _ answer: String?) {
        #expect(GoSuggestion.search(word, in: InstructionParser.names) == answer)
    }
}
