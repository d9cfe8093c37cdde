import Glibc
import SystemPackage

extension ControlGroup {
    /// What a group used, as far as its controllers count.
    package struct Usage: Hashable, Sendable {
        /// Processor time of everything that was ever in it.
        package var cpu: Duration?
        /// How often a process was killed for want of memory.
        package var memoryKills = 0
        /// How often a fork was refused.
        package var refusedForks = 0
    }

    /// Sets what controllers can limit; the rest is a watchdog's.
    package func apply(_ limits: ResourceLimits) {
        if let processes = limits.processes { set(.pids, "pids.max", "\(processes)") }
        guard let memory = limits.memory else { return }
        switch version {
        case .v1:
            set(.memory, "memory.limit_in_bytes", "\(memory)")
            // Swap would stretch the limit; where it is not accounted there is no such file.
            set(.memory, "memory.memsw.limit_in_bytes", "\(memory)")
        case .v2:
            set(.memory, "memory.max", "\(memory)")
            set(.memory, "memory.swap.max", "0")
            set(.memory, "memory.oom.group", "1")
        }
    }

    /// What was used so far; of this group only, as steps make none below.
    package func usage() -> Usage {
        var usage = Usage()
        switch version {
        case .v1:
            usage.cpu = number(.cpuacct, "cpuacct.usage").map { .nanoseconds($0) }
            usage.memoryKills = Int(clamping: field(.memory, "memory.oom_control", "oom_kill") ?? 0)
        case .v2:
            usage.cpu = field(.cpuacct, "cpu.stat", "usage_usec").map { .microseconds($0) }
            usage.memoryKills = Int(clamping: field(.memory, "memory.events", "oom_kill") ?? 0)
        }
        usage.refusedForks = Int(clamping: field(.pids, "pids.events", "max") ?? 0)
        return usage
    }

    private func set(_ controller: Controller, _ file: String, _ value: String) {
        guard let directory = directory(of: controller) else { return }
        HostFile.write(directory.appending(file).string, value)
    }

    private func number(_ controller: Controller, _ file: String) -> Int64? {
        guard let directory = directory(of: controller), let text = HostFile.read(directory.appending(file).string)
        else { return nil }
        return Int64(text.prefix { $0 != "\n" })
    }

    private func field(_ controller: Controller, _ file: String, _ name: String) -> Int64? {
        guard let directory = directory(of: controller), let text = HostFile.read(directory.appending(file).string)
        else { return nil }
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, parts[0] == name { return Int64(parts[1]) }
        }
        return nil
    }
}
