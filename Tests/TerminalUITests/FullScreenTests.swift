import Testing

@testable import TerminalUI

@Suite struct FullScreenTests {
    struct Typed: Sendable {
        var bytes: String
        var keys: [Key]
    }

    static let typed = [
        Typed(bytes: "aB\u{E9}", keys: [.character("a"), .character("B"), .character("é")]),
        Typed(bytes: "\r\n\t\u{7F}\u{8}", keys: [.enter, .enter, .tab, .backspace, .backspace]),
        Typed(bytes: "\u{1B}[A\u{1B}[B\u{1B}OC\u{1B}[D", keys: [.up, .down, .right, .left]),
        Typed(bytes: "\u{1B}[5~\u{1B}[6~\u{1B}[H\u{1B}[4~\u{1B}[3~", keys: [.pageUp, .pageDown, .home, .end, .delete]),
        Typed(bytes: "\u{1B}[1;5A\u{1B}[Z", keys: [.up, .backTab]),
        Typed(bytes: "\u{3}\u{1B}q", keys: [.control("c"), .escape, .character("q")]),
        Typed(bytes: "\u{1B}[99~x", keys: [.character("x")]),
    ]

    @Test(arguments: typed)
    func readsKeys(_ typed: Typed) {
        var decoder = KeyDecoder()
        #expect(decoder.decode(Array(typed.bytes.utf8)) == typed.keys)
        // The same when it comes byte by byte.
        var slow = KeyDecoder()
        #expect(typed.bytes.utf8.flatMap { slow.decode([$0]) } == typed.keys)
    }

    @Test func aLoneEscapeIsAKeyWhenNothingFollows() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x1B]).isEmpty)
        #expect(decoder.isWaiting)
        #expect(decoder.flush() == [.escape])
        #expect(!decoder.isWaiting)
    }

    @Test func survivesBytesThatAreNoText() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0xFF, 0x80, UInt8(ascii: "x")]) == [.character("x")])
        #expect(decoder.decode([0xC3, UInt8(ascii: "y"), UInt8(ascii: "z")]) == [.character("y"), .character("z")])
        // A sequence that never ends takes no memory.
        _ = decoder.decode([0x1B, UInt8(ascii: "[")] + [UInt8](repeating: UInt8(ascii: "1"), count: 100))
        #expect(decoder.decode(Array("Aq".utf8)).last == .character("q"))
    }

    @Test(arguments: [(5, "abcde"), (4, "abc…"), (1, "…"), (9, "abcde")])
    func cutsLines(_ columns: Int, _ expected: String) {
        let line = StyledLine([Span("abc", .strong), Span("de")])
        #expect(line.cut(to: columns, ellipsis: "…").plain == expected)
        #expect(line.fitted(to: columns, ellipsis: "…").width == columns)
    }

    @Test func cutsBetweenSpans() {
        let line = StyledLine([Span("abc"), Span("def"), Span("ghi")])
        #expect(line.cut(to: 6, ellipsis: "…").plain == "abcde…")
        #expect(line.cut(to: 3, ellipsis: "...").plain == "...")
        #expect(StyledLine("日本語").fitted(to: 4, ellipsis: "…").width == 4)
    }

    @Test func keepsTheChosenLineInSight() {
        var list = ScrollingList(count: 100)
        #expect(list.visible(height: 10) == 0..<10)
        list.move(by: 15)
        #expect(list.visible(height: 10) == 6..<16)
        list.move(by: -3)
        #expect(list.visible(height: 10) == 6..<16)
        list.select(1000)
        #expect(list.visible(height: 10) == 90..<100)
        list.count = 3
        list.select(list.selected)
        #expect(list.visible(height: 10) == 0..<3)
        #expect(ScrollingList(count: 0).selected == 0)
    }
}
