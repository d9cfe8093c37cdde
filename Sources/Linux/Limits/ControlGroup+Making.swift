import Glibc
import SystemPackage

extension ControlGroup {
    /// A hierarchy of this host that is mounted, and where in it we are.
    struct Hierarchy: Hashable {
        var version: Version
        var mountPoint: FilePath
        var controllers: Set<Controller>
        /// Our own group, absolute.
        var own: FilePath
    }

    /// What the host has, from `/proc/self/mountinfo` and `/proc/self/cgroup`.
    static func hierarchies() -> [Hierarchy] {
        guard let mounts = HostFile.read("/proc/self/mountinfo"), let groups = HostFile.read("/proc/self/cgroup")
        else { return [] }
        var paths: [String: String] = [:]
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            for name in fields[1].split(separator: ",") { paths[String(name)] = String(fields[2]) }
            if fields[1].isEmpty { paths[""] = String(fields[2]) }
        }
        var found: [Hierarchy] = []
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count > 9, let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count else { continue }
            let type = fields[dash + 1]
            guard type == "cgroup" || type == "cgroup2" else { continue }
            let mountPoint = FilePath(String(fields[4]))
            let root = String(fields[3])
            let options = fields[dash + 3].split(separator: ",").map(String.init)
            let controllers = type == "cgroup2" ? [] : Set(options.compactMap(Controller.init(rawValue:)))
            guard type == "cgroup2" || !controllers.isEmpty else { continue }
            guard let path = type == "cgroup2" ? paths[""] : controllers.compactMap({ paths[$0.rawValue] }).first,
                !path.hasPrefix("/..")
            else { continue }
            // Of a mount that shows only a part of the hierarchy, what is above is not there.
            var inside = path
            if root != "/", inside.hasPrefix(root) { inside = String(inside.dropFirst(root.count)) }
            let own = mountPoint.appending(FilePath(inside).components)
            found.append(
                Hierarchy(
                    version: type == "cgroup2" ? .v2 : .v1, mountPoint: mountPoint, controllers: controllers, own: own))
        }
        return found
    }

    /// Makes a group for this invocation: the group, and within it the one that the engine itself is to join.
    /// Nil where we may make none that limits anything.
    static func makeInvocation(name: String) -> (group: ControlGroup, engine: ControlGroup)? {
        let all = hierarchies()
        let v1 = all.filter { $0.version == .v1 }
        let group: ControlGroup?
        if v1.contains(where: { $0.controllers.contains(.pids) || $0.controllers.contains(.memory) }) {
            group = makeV1(v1, name)
        } else {
            group = all.first { $0.version == .v2 }.flatMap { makeV2($0, name) }
        }
        guard let group, let engine = try? group.makeChild("engine") else {
            group?.remove()
            return nil
        }
        return (group, engine)
    }

    private static func makeV1(_ hierarchies: [Hierarchy], _ name: String) -> ControlGroup? {
        var memberships: [Membership] = []
        var taken: Set<Controller> = []
        // Joining a hierarchy costs each step a fraction of a millisecond: only those that limit or count something.
        let wanted: Set<Controller> = [.pids, .memory, .cpuacct]
        for hierarchy in hierarchies
        where taken.isDisjoint(with: hierarchy.controllers) && !wanted.isDisjoint(with: hierarchy.controllers) {
            let directory = hierarchy.own.appending(name)
            guard mkdir(directory.string, 0o755) == 0 else { continue }
            taken.formUnion(hierarchy.controllers)
            memberships.append(Membership(directory: directory, controllers: hierarchy.controllers))
        }
        let group = ControlGroup(version: .v1, memberships: memberships)
        guard group.controls(.pids) || group.controls(.memory) else {
            group.remove()
            return nil
        }
        return group
    }

    /// Below our own group where that works; else further up, as far as we may write: a group with processes in it
    /// cannot hand controllers to its children.
    private static func makeV2(_ hierarchy: Hierarchy, _ name: String) -> ControlGroup? {
        var above = hierarchy.own
        while above.starts(with: hierarchy.mountPoint) {
            let directory = above.appending(name)
            if mkdir(directory.string, 0o755) == 0 {
                var has = controllersV2(directory)
                if !has.isSuperset(of: [.pids, .memory]) {
                    HostFile.write(above.appending("cgroup.subtree_control").string, "+pids +memory")
                    HostFile.write(above.appending("cgroup.subtree_control").string, "+cpu")
                    has = controllersV2(directory)
                }
                if has.contains(.pids) || has.contains(.memory) {
                    let membership = Membership(directory: directory, controllers: has.union([.cpuacct, .freezer]))
                    return ControlGroup(version: .v2, memberships: [membership])
                }
                rmdir(directory.string)
            }
            if above == hierarchy.mountPoint { break }
            above.removeLastComponent()
        }
        return nil
    }

    private static func controllersV2(_ directory: FilePath) -> Set<Controller> {
        let text = HostFile.read(directory.appending("cgroup.controllers").string) ?? ""
        return Set(
            text.split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap { Controller(rawValue: String($0)) })
    }

    /// Makes a group inside this one.
    package func makeChild(_ name: String) throws(LinuxError) -> ControlGroup {
        if version == .v2, let membership = memberships.first {
            let wanted = membership.controllers.intersection([.pids, .memory, .cpu]).map { "+\($0.rawValue)" }.sorted()
            HostFile.write(
                membership.directory.appending("cgroup.subtree_control").string, wanted.joined(separator: " "))
        }
        var child = ControlGroup(version: version, memberships: [])
        for membership in memberships {
            let directory = membership.directory.appending(name)
            guard mkdir(directory.string, 0o755) == 0 else {
                let error = Errno.last
                child.remove()
                throw LinuxError("make the control group", directory, error)
            }
            child.memberships.append(Membership(directory: directory, controllers: membership.controllers))
        }
        return child
    }

    /// Ends every process in this group and in those below, and removes them. Waits at most `patience`.
    /// - Returns: false if something is left.
    @discardableResult
    package func killAndRemove(patience: Duration = .seconds(10)) -> Bool {
        // The usual case, at the price of nothing: all is over.
        if removeEmpty() { return true }
        let end = Clock.now + patience.nanoseconds
        var pause: UInt32 = 200
        while true {
            killAll()
            if remove() { return true }
            if Clock.now > end { return false }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
    }

    /// Sends SIGKILL to everything in this group and those below. A process is in all hierarchies alike, so one is asked.
    package func killAll() {
        guard let membership = memberships.first(where: { $0.controllers.contains(.pids) }) ?? memberships.first else {
            return
        }
        if version == .v2, HostFile.write(membership.directory.appending("cgroup.kill").string, "1") == nil { return }
        for directory in Self.tree(membership.directory) {
            for pid in Self.processes(directory) { _ = kill(pid, SIGKILL) }
        }
    }

    /// Removes the directories without looking into them.
    private func removeEmpty() -> Bool {
        var done = true
        for membership in memberships where rmdir(membership.directory.string) != 0 {
            if Errno.last != .noSuchFileOrDirectory { done = false }
        }
        return done
    }

    /// Removes the groups, lower ones first; false if one still has processes.
    @discardableResult
    package func remove() -> Bool {
        var done = true
        for membership in memberships {
            for directory in Self.tree(membership.directory).reversed() where rmdir(directory.string) != 0 {
                if Errno.last != .noSuchFileOrDirectory { done = false }
            }
        }
        return done
    }

    /// The processes in this group itself, as our pid namespace numbers them.
    package var processes: [Int32] {
        memberships.first.map { Self.processes($0.directory) } ?? []
    }

    private static func processes(_ directory: FilePath) -> [Int32] {
        let text = HostFile.read(directory.appending("cgroup.procs").string) ?? ""
        // 0 is a process that our pid namespace does not see.
        return text.split(separator: "\n").compactMap { Int32($0) }.filter { $0 > 0 }
    }

    /// A group and all below, parents first.
    private static func tree(_ top: FilePath) -> [FilePath] {
        var found: [FilePath] = []
        var waiting = [top]
        while let next = waiting.popLast(), found.count < 10_000 {
            found.append(next)
            guard let directory = try? RootedDirectory(at: next), let entries = try? directory.entries() else {
                continue
            }
            for entry in entries where entry.kind == .directory { waiting.append(next.appending(entry.name)) }
        }
        return found
    }
}
