import CLinux
import Glibc
package import SystemPackage

/// A control group of ours: one directory in the v2 hierarchy, or one in each of the v1 hierarchies that count.
package struct ControlGroup: Hashable, Sendable, Codable {
    /// What a hierarchy controls for us.
    package enum Controller: String, Hashable, Sendable, Codable, CaseIterable {
        case pids, memory, cpu, cpuacct, freezer
    }

    /// One directory, and what it controls.
    package struct Membership: Hashable, Sendable, Codable {
        package var directory: FilePath
        package var controllers: Set<Controller>
    }

    package enum Version: Int, Hashable, Sendable, Codable {
        case v1 = 1
        case v2 = 2
    }

    package var version: Version
    package var memberships: [Membership]

    package init(version: Version, memberships: [Membership]) {
        self.version = version
        self.memberships = memberships
    }

    /// Whether this can limit or count something.
    package func controls(_ controller: Controller) -> Bool {
        memberships.contains { $0.controllers.contains(controller) }
    }

    /// The lists a process of one thread joins by writing to them.
    ///
    /// In v1 a thread that moves itself needs no lock on all forks of the machine, which takes some 12 ms to get; v2 has
    /// no such list for ordinary groups.
    func openProcessLists() throws(LinuxError) -> [OwnedDescriptor] {
        var lists: [OwnedDescriptor] = []
        for membership in memberships {
            let path = membership.directory.appending(version == .v1 ? "tasks" : "cgroup.procs")
            let fd = path.withPlatformString { lesson_openat2(AT_FDCWD, $0, O_WRONLY | O_CLOEXEC, 0, 0) }
            lists.append(OwnedDescriptor(try check(fd, "open", path)))
        }
        return lists
    }

    func directory(of controller: Controller) -> FilePath? {
        memberships.first { $0.controllers.contains(controller) }?.directory
    }
}
