import Testing

@testable import Build

struct SecretMaskTests {
    private static let secrets = [
        BuildSecret(bytes: Array("hunter2hunter2\n".utf8)), BuildSecret(bytes: Array("abc".utf8)),
        BuildSecret(bytes: Array("-----BEGIN-----\nfirst-line-of-key\nx\n".utf8)), BuildSecret(bytes: []),
        BuildSecret(bytes: Array("aab aab aac".utf8)),
    ]

    @Test(arguments: [
        ("token=hunter2hunter2 ok\n", "token=*** ok\n"),
        ("hunter2hunter", "hunter2hunter"),
        ("hunterhunter2hunter2", "hunter***"),
        ("hunter2hunter2hunter2", "***hunter2"),
        ("abc", "abc"),
        ("     1\tfirst-line-of-key\n", "     1\t***\n"),
        ("-----BEGIN-----\nfirst-line-of-key\nx", "***"),
        ("aab aab aab aac", "aab ***"),
        ("nothing", "nothing"),
    ])
    func isTakenOutHoweverItIsCut(_ text: String, _ expected: String) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let mask = SecretMask(Self.secrets)
            var out = mask.pass(Array(bytes[..<cut]), of: .standardOutput)
            out += mask.pass(Array(bytes[cut...]), of: .standardOutput)
            out += mask.finish().flatMap(\.bytes)
            #expect(String(decoding: out, as: UTF8.self) == expected, "cut at \(cut)")
        }
        let mask = SecretMask(Self.secrets)
        var out: [UInt8] = []
        for byte in bytes { out += mask.pass([byte], of: .standardError) }
        out += mask.finish().flatMap(\.bytes)
        #expect(String(decoding: out, as: UTF8.self) == expected)
        #expect(mask.text(text) == expected)
    }

    @Test func streamsAreApart() {
        let mask = SecretMask(Self.secrets)
        #expect(mask.pass(Array("hunter2".utf8), of: .standardOutput).isEmpty)
        #expect(mask.pass(Array("hunter2 x".utf8), of: .standardError) == Array("hunter2 x".utf8))
        #expect(mask.finish().map(\.bytes) == [Array("hunter2".utf8)])
    }

    @Test func aSecretThatBeginsAnotherIsTakenOutAtTheEnd() {
        let mask = SecretMask([BuildSecret(bytes: Array("pass".utf8)), BuildSecret(bytes: Array("password".utf8))])
        #expect(mask.pass(Array("a pass".utf8), of: .standardOutput) == Array("a ".utf8))
        #expect(mask.finish().map(\.bytes) == [Array("***".utf8)])
    }

    @Test func holdsNothingBackThatIsNoBeginning() {
        let mask = SecretMask(Self.secrets)
        #expect(mask.pass(Array("50%\r".utf8), of: .standardOutput) == Array("50%\r".utf8))
    }
}
