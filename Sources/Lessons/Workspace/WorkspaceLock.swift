import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Keeps two commands from changing the state of one workspace at once; gone with the process that holds it.
final class WorkspaceLock: Sendable {
    private let descriptor: CInt

    /// Takes the lock; waits a second at most, since all that is done under it is small.
    init(_ workspace: Workspace) throws(WorkspaceError) {
        let path = workspace.stateFolder.appending("lock")
        descriptor = path.withPlatformString { open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600)) }
        guard descriptor >= 0 else {
            let reason = Errno(rawValue: errno).description.lowercased()
            throw WorkspaceError(.failed, message: "\(path): \(reason)", hint: "is the folder writable?")
        }
        for _ in 0..<100 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK || errno == EINTR else { return }  // a file system without locks
            usleep(10_000)
        }
        close(descriptor)
        throw WorkspaceError(
            .locked, message: "another `lesson` is changing this workspace", hint: "wait for it, then try again")
    }

    func release() {
        close(descriptor)
    }
}
