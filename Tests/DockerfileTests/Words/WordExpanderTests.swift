import Testing

@testable import Dockerfile

/// Word expansion, from the Dockerfile reference ("Environment replacement") and POSIX's parameter expansion.
struct WordExpanderTests {
    private let values = [
        "x": "value", "empty": "", "path": "/usr/lib/lib.tar.gz", "two": "a b", "rep": "abcabc", "star": "a*b",
    ]

    private func expand(_ word: String, escape: UInt8 = 0x5C) throws -> ExpandedWord {
        try WordExpander(escape: escape).expand(word) { values[$0] }
    }

    @Test(
        arguments: [
            ("plain", "plain"), ("$x", "value"), ("${x}y", "valuey"), ("$x$x", "valuevalue"), ("\\$x", "$x"),
            ("'$x'", "$x"), ("\"$x\"", "value"), ("\"\\$x\"", "$x"), ("\"\\a\"", "\\a"), ("a\\ b", "a b"),
            ("$", "$"), ("$%", "$%"), ("$no", ""), ("${no-d}", "d"), ("${empty-d}", ""), ("${empty:-d}", "d"),
            ("${x+s}", "s"), ("${no+s}", ""), ("${empty:+s}", ""), ("${empty+s}", "s"), ("${no:-${x}}", "value"),
            ("${no:-'a }'}", "a }"), ("${path#*/}", "usr/lib/lib.tar.gz"), ("${path##*/}", "lib.tar.gz"),
            ("${path%.*}", "/usr/lib/lib.tar"), ("${path%%.*}", "/usr/lib/lib"),
            ("${path%nothing}", "/usr/lib/lib.tar.gz"),
            ("${rep/b/X}", "aXcabc"), ("${rep//b/X}", "aXcaXc"), ("${rep//b*/X}", "aX"), ("${rep/?/X}", "Xbcabc"),
            ("${path//\\//-}", "-usr-lib-lib.tar.gz"), ("${star/\\*/+}", "a+b"), ("${rep//b/}", "acac"),
            ("${no#x}", ""), ("ä$x", "ävalue"), ("$xä", ""), ("$x-", "value-"), ("$x_", ""),
        ])
    func expands(_ word: String, _ text: String) throws { #expect(try expand(word).text == text) }

    @Test(arguments: [("`$x", "$x"), ("\\$x", "\\value"), ("a` b", "a b")])
    func obeysTheEscapeCharacter(_ word: String, _ text: String) throws {
        #expect(try expand(word, escape: UInt8(ascii: "`")).text == text)
    }

    @Test(
        arguments: [
            ("$two", ["a", "b"]), ("\"$two\"", ["a b"]), ("x $two y", ["x", "a", "b", "y"]), ("  ", []), ("''", []),
            ("80 $x", ["80", "value"]),
        ])
    func splits(_ word: String, _ words: [String]) throws { #expect(try expand(word).words == words) }

    @Test func notesWhatItUsed() throws {
        let result = try expand("$x ${no} ${other:-d} '$quoted' ${empty}")
        #expect(result.used == ["empty", "x"])
        #expect(result.unset == ["no", "other"])
    }

    @Test(
        arguments: [
            ("${x", "unsupported modifier (\u{FFFD})"), ("${", "missing '}'"), ("${}", "bad substitution"),
            ("${x:", "missing '}'"),
            ("${x^}", "unsupported modifier (^)"), ("${x:=1}", "unsupported modifier (:=)"), ("'x", "single-quote"),
            ("\"x", "double-quote"), ("${no?}", "no: is not allowed to be unset"), ("${empty:?gone}", "empty: gone"),
            ("${x/a}", "missing '/' in ${}"), ("${x#\\q}", "invalid escape"),
        ])
    func refuses(_ word: String, _ reason: String) throws {
        let error = try #require(throws: WordError.self) { _ = try expand(word) }
        #expect(error.reason.contains(reason))
        #expect(error.message.hasPrefix("failed to process "))
    }

    @Test func leavesQuotesOfHeredocsAlone() throws {
        let result = try WordExpander.heredoc.expand("it's \"$x\" \\$x\n") { values[$0] }
        #expect(result.text == "it's \"value\" $x\n")
    }

    @Test(arguments: 0..<300)
    func neverCrashes(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let pieces = [
            "$", "{", "}", "${", "${x", ":", "-", "+", "?", "#", "%", "/", "*", "\\", "'", "\"", "`", "x", " ", "ü",
            "\0",
        ]
        for _ in 0..<50 {
            let word = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            for escape in [UInt8(ascii: "\\"), UInt8(ascii: "`")] {
                guard let result = try? expand(word, escape: escape) else { continue }
                // Nothing is unset and set at once, and words hold no more than the text.
                #expect(Set(result.used).isDisjoint(with: result.unset))
                #expect(result.words.joined().utf8.count <= result.text.utf8.count)
            }
        }
    }
}
