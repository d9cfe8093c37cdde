import Linux
import SystemPackage

/// Notices when a step fills the disk, at the cost of a `statfs` per look.
///
/// The free space of the whole file system tells what the step may have taken since the last look. When that could be
/// too much the step's tree is measured, never for more than a twentieth of the time. Others may free what the step
/// takes, so it is measured unasked too, now and then and once the step has ended.
struct DiskWatch {
    private let upper: RootedDirectory
    /// What was there before the step.
    private let before: DiskUsage
    private let limits: ResourceLimits
    private var measured = DiskUsage()
    private var free: (bytes: Int64, files: Int64?)
    private var nextMeasure: Int64
    private var nextUnaskedMeasure: Int64
    private let initialFree: Int64

    private static let unaskedInterval: Int64 = 1_000_000_000
    /// How many files are measured where any number is allowed.
    private static let mostMeasured = 4_000_000

    init?(_ upper: FilePath, before: DiskUsage, limits: ResourceLimits) {
        guard limits.writtenBytes != nil || limits.files != nil, let upper = try? RootedDirectory(at: upper),
            let free = try? upper.freeSpace()
        else { return nil }
        self.upper = upper
        self.before = before
        self.limits = limits
        self.free = free
        initialFree = free.bytes
        nextMeasure = Clock.now
        nextUnaskedMeasure = nextMeasure + Self.unaskedInterval
    }

    /// - Parameter written: what living processes wrote, for files that have no name any more; asked only in doubt.
    mutating func exceeded(last: Bool = false, written: () -> Int64) -> LimitExceeded? {
        guard let now = try? upper.freeSpace() else { return nil }
        let bytesBound = measured.bytes + max(0, free.bytes - now.bytes)
        let filesBound = now.files.flatMap { now in free.files.map { Int64(measured.files) + max(0, $0 - now) } }
        let doubtfulBytes = limits.writtenBytes.map { bytesBound > $0 } ?? false
        // A file system that does not count its files is measured now and then.
        let doubtfulFiles = limits.files.map { limit in filesBound.map { $0 > Int64(limit) } ?? true } ?? false
        let began = Clock.now
        let isDue = began >= (doubtfulBytes || doubtfulFiles ? nextMeasure : nextUnaskedMeasure)
        guard last || isDue else { return nil }
        let most = (limits.files ?? Self.mostMeasured).addingReportingOverflow(before.files)
        if var found = try? upper.usage(fileLimit: most.overflow ? .max : most.partialValue) {
            found.bytes = max(0, found.bytes - before.bytes)
            found.files = max(0, found.files - before.files)
            measured = found
        }
        free = now
        let ended = Clock.now
        nextMeasure = ended + max(20_000_000, 20 * (ended - began))
        nextUnaskedMeasure = ended + max(Self.unaskedInterval, 50 * (ended - began))
        if let limit = limits.files, measured.files > limit {
            return LimitExceeded(kind: .files, limit: Int64(limit))
        }
        guard let limit = limits.writtenBytes else { return nil }
        if measured.bytes > limit { return LimitExceeded(kind: .writtenBytes, limit: limit) }
        // Space that is gone but has no name: files removed while open.
        if initialFree - now.bytes > limit, written() > limit {
            return LimitExceeded(kind: .writtenBytes, limit: limit)
        }
        return nil
    }
}
