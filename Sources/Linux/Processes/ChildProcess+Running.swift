import CLinux
import Glibc
import Synchronization
import SystemPackage

extension ChildProcess {
    /// A started process. Whoever starts one waits for it: `wait`, once.
    package final class Running: Sendable {
        package let pid: Int32
        package let pidfd: OwnedDescriptor
        let leadsGroup: Bool

        init(pid: Int32, pidfd: OwnedDescriptor, leadsGroup: Bool) {
            self.pid = pid
            self.pidfd = pidfd
            self.leadsGroup = leadsGroup
        }

        /// Sends a signal to the process alone; one that is over is no error.
        package func signal(_ number: Int32) {
            _ = lesson_pidfd_signal(pidfd.rawValue, number)
        }

        /// Ends the process and its group.
        package func kill() {
            // The group's id is the pid, ours until we have waited for it.
            if leadsGroup { _ = Glibc.kill(-pid, SIGKILL) }
            signal(SIGKILL)
        }

        /// How it ended, nil while it runs. Reaps it: not to be called again after it returned something.
        package func poll() -> (ending: Ending, cpu: Duration)? { reap(blocking: false) }

        /// Waits on this thread.
        package func wait() -> (ending: Ending, cpu: Duration) {
            reap(blocking: true) ?? (.signalled(SIGKILL), .zero)
        }

        private func reap(blocking: Bool) -> (ending: Ending, cpu: Duration)? {
            var status: Int32 = 0
            var cpu: UInt64 = 0
            let failed = lesson_wait(pid, blocking ? 1 : 0, &status, &cpu)
            if failed == -EAGAIN { return nil }
            // Somebody else reaped it: it is over, how is not known.
            guard failed == 0 else { return (.signalled(SIGKILL), .zero) }
            var signalled: Int32 = 0
            let code = lesson_wait_code(status, &signalled)
            return (signalled != 0 ? .signalled(code) : .exited(code), .microseconds(Int64(clamping: cpu)))
        }
    }

    /// Starts a program.
    package static func spawn(_ command: Command) throws(LinuxError) -> Running {
        var descriptors: [Int32: OwnedDescriptor] = command.descriptors
        for number: Int32 in 0...2 where descriptors[number] == nil {
            let fd = lesson_openat2(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0, 0)
            descriptors[number] = OwnedDescriptor(try check(fd, "open", "/dev/null"))
        }
        let pairs = descriptors.sorted { $0.key < $1.key }.flatMap { [$0.value.rawValue, $0.key] }
        var directory: OwnedDescriptor?
        if let path = command.workingDirectory {
            let fd = path.withPlatformString {
                lesson_openat2(AT_FDCWD, $0, LESSON_O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0)
            }
            directory = OwnedDescriptor(try check(fd, "open the directory", path))
        }
        let cgroups = try command.controlGroup?.openProcessLists() ?? []
        let cgroupFDs = cgroups.map(\.rawValue)

        var pidfd: Int32 = -1
        var stage: UnsafePointer<CChar>?
        let pid = withCStrings(command.arguments) { arguments in
            withCStrings(command.environment) { environment in
                command.executable.withCString { path in
                    pairs.withUnsafeBufferPointer { pairs in
                        cgroupFDs.withUnsafeBufferPointer { cgroups in
                            var request = lesson_spawn()
                            request.path = path
                            request.arguments = arguments
                            request.environment = environment
                            request.descriptors = pairs.baseAddress
                            request.descriptor_count = UInt32(pairs.count / 2)
                            request.directory = directory?.rawValue ?? -1
                            request.cgroups = cgroups.baseAddress
                            request.cgroup_count = UInt32(cgroups.count)
                            request.new_session = command.newSession ? 1 : 0
                            request.new_group = command.newGroup ? 1 : 0
                            request.controlling_terminal = command.controllingTerminal ?? -1
                            return lesson_spawn(&request, &pidfd, &stage)
                        }
                    }
                }
            }
        }
        withExtendedLifetime((descriptors, directory, cgroups)) {}
        let what = stage.map { String(cString: $0) } ?? "start"
        try check(pid, what, FilePath(command.executable))
        return Running(
            pid: pid, pidfd: OwnedDescriptor(pidfd), leadsGroup: command.newSession || command.newGroup)
    }
}

/// Calls `body` with a null-terminated array of C strings.
func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
    for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
    pointers[strings.count] = nil
    defer {
        for index in strings.indices { free(pointers[index]) }
        pointers.deallocate()
    }
    return body(UnsafePointer(pointers))
}
