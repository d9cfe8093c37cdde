import Foundation
import SystemPackage
import Testing

@testable import Linux

struct UncachedWritingTests {
    private let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    /// Pieces that end inside of pages, the first of them as ever, whatever the file system knows.
    @Test(arguments: [0, 1, 100_000, 1 << 20], [4_096, 10_000, 300_000])
    func aFileHoldsWhatIsWritten(after: Int, step: Int) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "lesson-uncached-\(UUID())")
        defer { try? FileManager.default.removeItem(at: file) }
        let descriptor = OwnedDescriptor(open(file.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
        try #require(descriptor.rawValue >= 0)
        var writing = UncachedWriting(after: after)
        try write(&writing, step, to: descriptor.rawValue)
        #expect(try [UInt8](Data(contentsOf: file)) == bytes)
    }

    /// No kernel does it for a pipe: what is to be written is written all the same.
    @Test func whereItCannotBeHadItIsWrittenAsEver() async throws {
        let pipe = Foundation.Pipe()
        let (reading, writing) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
        async let read = DedicatedThread.run { () throws(LinuxError) in
            [UInt8](reading.readDataToEndOfFile())
        }
        let written = try await DedicatedThread.run { () throws(LinuxError) in
            defer { try? writing.close() }
            var uncached = UncachedWriting(after: 0)
            return Result { try write(&uncached, 10_000, to: writing.fileDescriptor) }.map { uncached.isOn }
        }
        #expect(try !written.get())
        #expect(try await read == bytes)
    }

    @Test func aFailureIsToldAsTheKernelTellsIt() {
        var writing = UncachedWriting(after: 0)
        let count = bytes.withUnsafeBytes { writing.write($0, to: -1) }
        #expect(count == -Int(EBADF))
    }

    @Test(arguments: [(100, true), (250, true), (251, false), (5000, false)])
    func aSlowDiskIsLeftInPeace(milliseconds: Int, isKept: Bool) {
        var pace = UncachedWriting.Pace()
        let half = UncachedWriting.Pace.window / 2
        let first = pace.isKept(writing: half, in: .milliseconds(milliseconds))
        let whole = pace.isKept(writing: half, in: .zero)
        // Each stretch counts by itself.
        let next = pace.isKept(writing: half * 2, in: .milliseconds(100))
        #expect([first, whole, next] == [true, isKept, true])
    }

    private func write(_ writing: inout UncachedWriting, _ step: Int, to descriptor: Int32) throws {
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + step)
            let count = bytes.withUnsafeBytes { buffer in
                writing.write(UnsafeRawBufferPointer(rebasing: buffer[start..<end]), to: descriptor)
            }
            try #require(count > 0)
            start += count
        }
    }
}
