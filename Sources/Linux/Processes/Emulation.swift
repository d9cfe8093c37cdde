import CLinux

/// System calls that only pretend, for trusted programs of the host that fill a directory of ours.
package enum Emulation {
    /// Makes `fsync` and its kin return at once in this thread and all it starts; with `identities` also `chown`,
    /// `setuid` and theirs, as where one id is mapped. It cannot be undone: call it on a `DedicatedThread`.
    package static func begin(identities: Bool) throws(LinuxError) {
        try check(lesson_emulate(identities ? 1 : 0), "install a system call filter")
    }
}
