import Testing

@testable import OCI

@Suite("JSON that loses nothing")
struct JSONTests {
    @Test(
        "encodes each value in one way",
        arguments: [
            (#"{"b":1,"a":[true,false,null],"é":"ü"}"#, #"{"a":[true,false,null],"b":1,"é":"ü"}"#),
            (#" [ 1e3 , -0.50, 12345678901234567890 ] "#, "[1e3,-0.50,12345678901234567890]"),
            (#""a\u0041\n\t\"\\\/\u00e9\ud83d\ude00""#, #""aA\n\t\"\\/é😀""#),
            (#""\ud800x\u0001""#, "\"\u{FFFD}x\\u0001\""),
            (#"{"a":1,"a":2}"#, #"{"a":2}"#),
        ])
    func encoding(text: String, expected: String) throws {
        let json = try JSON(parsing: text)
        #expect(json.text == expected)
        #expect(try JSON(parsing: json.text) == json)
    }

    @Test(
        "refuses what is no JSON",
        arguments: [
            "", "{", "[1,]", "{\"a\"}", "01", "1.", "+1", "nul", "\"\u{1}\"", "\"\\x\"", "\"\\u12\"", "[1] 2", "'a'",
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test func `depth is limited and does not exhaust the stack`() {
        #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func `invalid UTF-8 is replaced, as Go does`() throws {
        #expect(try JSON(parsing: [0x22, 0xFF, 0x22]).string == "\u{FFFD}")
    }

    @Test func `never crashes on what is cut off or changed`() {
        var generator = SystemRandomNumberGenerator()
        let text = Array(#"{"a":["\u00e9\ud83d\ude00",1.5e+3,null,{"b":"x\\"}],"c":-12}"#.utf8)
        for length in 0..<text.count {
            _ = try? JSON(parsing: text[..<length])
            var changed = text
            changed[length] = UInt8.random(in: 0...255, using: &generator)
            _ = try? JSON(parsing: changed)
        }
        #expect((try? JSON(parsing: text)) != nil)
    }
}
