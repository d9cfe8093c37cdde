import SystemPackage

/// What waits to be written to disk, of all programs: `Dirty` and `Writeback` of /proc/meminfo (proc(5)).
package enum UnwrittenBytes {
    /// Bytes; nil where the kernel does not say.
    package static var now: Int64? {
        guard let proc = try? RootedDirectory(at: "/proc"), let bytes = try? proc.readFile("meminfo", limit: 1 << 16)
        else { return nil }
        return sum(String(decoding: bytes, as: UTF8.self))
    }

    static func sum(_ text: String) -> Int64? {
        var sum: Int64?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "Dirty:" || words[0] == "Writeback:", let size = Int64(words[1]) else {
                continue
            }
            sum =
                (sum ?? 0).addingReportingOverflow(size.multipliedReportingOverflow(by: 1024).partialValue).partialValue
        }
        return sum
    }
}
