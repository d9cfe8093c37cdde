import Glibc
import SystemPackage

extension ControlGroup {
    /// The name of an invocation's group; it tells whether that invocation still lives.
    static func invocationName() -> String? {
        guard let namespace = pidNamespace(), let start = startTime(of: getpid()) else { return nil }
        return "lesson-\(namespace)-\(getpid())-\(start)"
    }

    /// Removes the groups of invocations that were killed before they could.
    static func removeStale() {
        guard let namespace = pidNamespace() else { return }
        for hierarchy in hierarchies() {
            var above = hierarchy.own
            // v2 groups may stand further up, and those of another session beside ours.
            while above.starts(with: hierarchy.mountPoint) {
                removeStale(in: above, namespace, hierarchy)
                if above == hierarchy.mountPoint { break }
                above.removeLastComponent()
            }
        }
    }

    private static func removeStale(in above: FilePath, _ namespace: String, _ hierarchy: Hierarchy) {
        guard let directory = try? RootedDirectory(at: above), let entries = try? directory.entries() else { return }
        for entry in entries where entry.kind == .directory && entry.name.string.hasPrefix("lesson-") {
            let parts = entry.name.string.split(separator: "-")
            guard parts.count == 4, parts[1] == namespace, let pid = Int32(parts[2]),
                startTime(of: pid).map({ "\($0)" }) != String(parts[3])
            else { continue }
            ControlGroup(
                version: hierarchy.version,
                memberships: [Membership(directory: above.appending(entry.name), controllers: hierarchy.controllers)]
            ).killAndRemove(patience: .seconds(2))
        }
    }

    private static func pidNamespace() -> String? {
        var status = stat()
        guard stat("/proc/self/ns/pid", &status) == 0 else { return nil }
        return "\(status.st_ino)"
    }

    /// Field 22 of `/proc/<pid>/stat`: clock ticks after boot.
    private static func startTime(of pid: Int32) -> UInt64? {
        guard let text = HostFile.read("/proc/\(pid)/stat"), let close = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }
}
