import Linux
import Sandbox
import SystemPackage

/// Records whose the files are that a step made, where one id is mapped and the kernel knows only one owner.
///
/// What a step of `USER www` adds is www's. What it changes keeps the owner that it had, and what it gives away itself
/// (`chown` succeeds and does nothing) stays: nobody sees that.
struct MadeByUser {
    let ownership: Ownership
    let user: SandboxUser
    /// What the step made and changed.
    let upper: RootedDirectory
    /// What was there before.
    let below: RootedDirectory

    func record() throws(CopyError) {
        var waiting = [FilePath(".")]
        while let path = waiting.popLast() {
            for entry in try system({ () throws(LinuxError) in try upper.entries(path) }) {
                let inner = path.appending(entry.name)
                if entry.kind == .directory { waiting.append(inner) }
                guard entry.kind == .directory || entry.kind == .regular, inner.length < 4000 else { continue }
                let old = try system { () throws(LinuxError) in try below.statusIfPresent(inner, followingLast: false) }
                let owner = try system { () throws(LinuxError) in
                    try upper.extendedAttribute(inner, Ownership.attribute)
                }
                if old == nil, owner == nil {
                    try ownership.set(inner, uid: user.uid, gid: user.gid, kind: entry.kind, in: upper)
                }
            }
        }
    }

    private func system<T>(_ body: () throws(LinuxError) -> T) throws(CopyError) -> T {
        do {
            return try body()
        } catch {
            throw .system(error)
        }
    }
}
