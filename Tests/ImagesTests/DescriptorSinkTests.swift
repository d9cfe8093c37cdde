import Glibc
import Linux
import SystemPackage
import Testing

@testable import Images

struct DescriptorSinkTests {
    /// In pieces smaller and larger than its own, from a place inside of a page on, with a header that comes last.
    @Test(arguments: [700, 65_536, 3_000_001], [0, 777])
    func whatIsNotCachedStandsWhereItBelongs(step: Int, before: Int) throws {
        let scratch = try Scratch()
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
        let head = [UInt8](repeating: 9, count: before)
        let path = try scratch.write("file", head)
        let descriptor = OwnedDescriptor(open(path.string, O_WRONLY | O_CLOEXEC))
        #expect(lseek(descriptor.rawValue, 0, SEEK_END) == before)
        let sink = DescriptorSink(
            descriptor: descriptor.rawValue, name: "file", uncached: UncachedWriting(after: 2_000_000))
        try sink.write([1, 2, 3])
        let start = try sink.position()
        try sink.write([UInt8](repeating: 0, count: 512))
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + step)
            try sink.write(Array(bytes[at..<end]))
            at = end
        }
        try sink.rewrite([UInt8](repeating: 4, count: 512), at: start)
        let whole = try sink.position()
        try sink.write(bytes)
        try sink.cut(at: whole)
        try sink.write([5])
        try sink.flush()
        #expect(try scratch.read("file") == head + [1, 2, 3] + [UInt8](repeating: 4, count: 512) + bytes + [5])
    }
}
