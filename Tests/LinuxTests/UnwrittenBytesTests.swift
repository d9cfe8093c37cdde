import Testing

@testable import Linux

@Suite struct UnwrittenBytesTests {
    @Test(arguments: [
        ("MemTotal: 24 kB\nDirty:   12 kB\nWriteback:  3 kB\nWritebackTmp: 9 kB\n", 15 * 1024 as Int64?),
        ("Dirty: 0 kB\n", 0), ("MemFree: 1 kB\n", nil), ("", nil), ("Dirty: many kB\n", nil),
    ])
    func areSummedUp(_ text: String, _ bytes: Int64?) {
        #expect(UnwrittenBytes.sum(text) == bytes)
    }

    @Test func theKernelSaysThem() {
        #expect(UnwrittenBytes.now.map { $0 >= 0 } == true)
    }
}
