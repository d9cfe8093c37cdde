import Glibc
import SystemPackage

/// Processes and what started them, read from `/proc`; for where no control group counts and ends them.
package enum ProcessTree {
    /// What a set of processes uses.
    package struct Usage: Hashable, Sendable {
        package var processes = 0
        package var cpu: Duration = .zero
        package var residentBytes: Int64 = 0
    }

    private struct Entry {
        var parent: Int32
        var ticks: Int64
        var pages: Int64
        var threads: Int
    }

    private static func snapshot() -> [Int32: Entry] {
        guard let proc = try? RootedDirectory(at: "/proc"), let names = try? proc.entries() else { return [:] }
        var found: [Int32: Entry] = [:]
        for entry in names {
            guard let pid = Int32(entry.name.string), let text = HostFile.read("/proc/\(pid)/stat"),
                let close = text.lastIndex(of: ")")
            else { continue }
            let fields = text[text.index(after: close)...].split(separator: " ")
            guard fields.count > 21, let parent = Int32(fields[1]) else { continue }
            // utime, stime and those of children waited for; threads; resident pages.
            let ticks = fields[11...14].reduce(Int64(0)) { $0 + (Int64($1) ?? 0) }
            found[pid] = Entry(
                parent: parent, ticks: ticks, pages: Int64(fields[21]) ?? 0, threads: Int(fields[17]) ?? 1)
        }
        return found
    }

    private static func descendants(_ top: Int32, in all: [Int32: Entry]) -> [Int32] {
        let children = Dictionary(grouping: all.keys) { all[$0]?.parent ?? 0 }
        var found: [Int32] = []
        var waiting = [top]
        while let next = waiting.popLast() {
            for child in children[next] ?? [] {
                found.append(child)
                waiting.append(child)
            }
        }
        return found
    }

    /// What everything below a process uses now.
    package static func usage(below top: Int32) -> Usage {
        let all = snapshot()
        let tick = Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        let page = Int64(max(1, sysconf(Int32(_SC_PAGESIZE))))
        var usage = Usage()
        for pid in descendants(top, in: all) {
            guard let entry = all[pid] else { continue }
            usage.processes += entry.threads
            usage.cpu += .nanoseconds(entry.ticks * (1_000_000_000 / tick))
            usage.residentBytes += entry.pages * page
        }
        return usage
    }

    /// Ends everything below a process, first those it started itself: the first of a container ends all others.
    package static func kill(below top: Int32) {
        // Without a look at all there is, which a flood of processes makes slow.
        let first = HostFile.read("/proc/\(top)/task/\(top)/children") ?? ""
        for pid in first.split(separator: " ").compactMap({ Int32($0) }) { _ = Glibc.kill(pid, SIGKILL) }
        let all = snapshot()
        for pid in descendants(top, in: all) { _ = Glibc.kill(pid, SIGKILL) }
    }

    /// What everything in a list wrote to disk, in bytes, as far as the kernel counts it.
    package static func writtenBytes(_ processes: [Int32]) -> Int64 {
        processes.reduce(0) { sum, pid in
            let text = HostFile.read("/proc/\(pid)/io") ?? ""
            var written: Int64 = 0
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: ":")
                guard parts.count == 2, let value = Int64(parts[1].drop { $0 == " " }) else { continue }
                if parts[0] == "write_bytes" { written += value }
                if parts[0] == "cancelled_write_bytes" { written -= value }
            }
            return sum + max(0, written)
        }
    }

    /// Everything below a process.
    package static func processes(below top: Int32) -> [Int32] {
        descendants(top, in: snapshot())
    }
}
