import Testing

@testable import Checks

@Suite struct ByteSearchTests {
    @Test(arguments: [
        ("ab", "xabyabab", 3), ("aa", "aaaaa", 2), ("aab", "aaab", 1), ("abab", "ababab", 1),
        ("abac", "abaabacabac", 2), ("ab", "", 0), ("ab", "a", 0), ("", "ab", 0),
    ])
    func countsSideBySide(_ needle: String, _ text: String, _ expected: Int) {
        let (needle, bytes) = (Array(needle.utf8), Array(text.utf8))
        #expect(ByteSearch.count(of: needle, in: bytes) == expected)
        #expect(ByteSearch.contains(bytes, needle) == (expected > 0 || needle.isEmpty))
    }
}
