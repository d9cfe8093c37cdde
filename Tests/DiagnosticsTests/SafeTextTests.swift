import Diagnostics
import Testing

struct SafeTextTests {
    @Test(arguments: [
        ("plain é 日本", "plain é 日本"), ("a\u{1B}[31mred", "a\\e[31mred"), ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u{0}\u{7F}\u{9B}", "\\x00\\x7F\\x9B"), ("x\u{202E}y", "x\\u{202E}y"), ("\u{FEFF}", "\\u{FEFF}"),
    ])
    func controlCharactersAreMadeVisible(input: String, expected: String) {
        #expect(SafeText(line: input).description == expected)
    }

    @Test func invalidBytesAreNamed() {
        #expect(SafeText(bytes: [0x61, 0xFF, 0xC3, 0xA9, 0xC3]).description == "a\\xFFé\\xC3")
    }

    @Test func blockKeepsLines() {
        #expect(SafeText(block: "a\n\tb\u{7}").description == "a\n\tb\\x07")
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("-x", "'-x"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("ok", "ok"),
        ("@x;y", "\"'@x;y\""),
    ])
    func csvCellsAreNoFormulas(input: String, expected: String) {
        #expect(SafeText(line: input).csv == expected)
    }

    @Test func htmlIsEscaped() {
        #expect(SafeText(line: "<b a='\"'>&").html == "&lt;b a=&#39;&quot;&#39;&gt;&amp;")
    }
}
