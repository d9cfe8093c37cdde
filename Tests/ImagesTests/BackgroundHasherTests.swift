import OCI
import Testing

@testable import Images

@Suite struct BackgroundHasherTests {
    /// Of few bytes and of many, in pieces that fill its own exactly, nearly, and not at all.
    @Test(arguments: [0, 1, 262_143, 262_144, 262_145, 3_000_000], [1_000, 65_536, 262_144, 1_000_000])
    func itHashesWhatItIsHanded(_ count: Int, _ step: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
        var hasher = BackgroundHasher()
        for _ in 0..<2 {
            bytes.withUnsafeBytes { buffer in
                var start = 0
                while start < count {
                    let end = min(count, start + step)
                    hasher.update(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
                    start = end
                }
            }
            #expect(hasher.finalize() == Digest.sha256(of: bytes))
        }
    }

    @Test func oneThatIsGivenUpLetsItsThreadGo() {
        let bytes = [UInt8](repeating: 7, count: 1 << 20)
        // More than there are threads to be had for it, if each kept one.
        for _ in 0..<200 {
            var hasher = BackgroundHasher()
            bytes.withUnsafeBytes { hasher.update($0) }
        }
        var last = BackgroundHasher()
        bytes.withUnsafeBytes { last.update($0) }
        #expect(last.finalize() == Digest.sha256(of: bytes))
    }
}
