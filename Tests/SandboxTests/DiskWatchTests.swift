import Linux
import SystemPackage
import Testing

@testable import Sandbox

/// The watch on what a step writes, without a step.
struct DiskWatchTests {
    /// What others free on the same file system does not hide what the step took.
    @Test func whatOthersFreeHidesNothing() throws {
        let folder = try RootedDirectory(at: FilePath("/tmp"))
        let name = FilePath("lesson-tests-\(UInt64.random(in: .min ... .max))")
        try folder.makeDirectory(name)
        defer { try? folder.remove(name) }
        let work = try RootedDirectory(at: FilePath("/tmp").pushing(name))
        try work.makeDirectory("upper")
        try work.writeFile("others", [UInt8](repeating: 1, count: 8 << 20))
        var limits = ResourceLimits()
        limits.writtenBytes = 1 << 20
        var watch = try #require(
            DiskWatch(FilePath("/tmp").pushing(name).appending("upper"), before: DiskUsage(), limits: limits))
        try work.remove("others")
        try work.writeFile("upper/f", [UInt8](repeating: 1, count: 2 << 20))
        #expect(watch.exceeded(last: true) { 0 } == LimitExceeded(kind: .writtenBytes, limit: 1 << 20))
    }
}
