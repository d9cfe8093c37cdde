import Dispatch
import Dockerfile
import Linux
import Synchronization
import SystemPackage

/// Most files are just bytes with a mode, an owner and a time: those are copied in few calls, on all cores.
extension FileCopier {
    /// Whether a file needs nothing but that.
    func isPlain(_ entry: CopyEntry) -> Bool {
        guard entry.kind == .regular, entry.linkGroup == nil, entry.substitute == nil, entry.capability == nil else {
            return false
        }
        // Where one id is mapped, other owners are kept in an attribute.
        let (uid, gid) = owner ?? (entry.uid, entry.gid)
        return !ownership.mapping.isSingle || (uid == 0 && gid == 0)
    }

    /// Copies plain files of a match, whose directories are there.
    /// - Parameter wanted: Indices of `match.entries`.
    func copyPlain(
        _ wanted: [Int], of match: CopyMatch, from source: RootedDirectory, to top: FilePath
    ) throws(CopyError) {
        // Files of one directory follow each other, and a directory takes one new name at a time: each worker takes a
        // run of them.
        let run = 64
        let workers = min(Cores.count, (wanted.count + run - 1) / run)
        guard workers > 0 else { return }
        let next = Atomic<Int>(0)
        let failure = Mutex<CopyError?>(nil)
        let work: @Sendable (Int) -> Void = { _ in
            var from = OpenDirectory(root: source, top: match.path)
            var into = OpenDirectory(root: target, top: top)
            while failure.withLock({ $0 == nil }) {
                let start = next.add(run, ordering: .relaxed).oldValue
                guard start < wanted.count else { return }
                for index in wanted[start..<min(start + run, wanted.count)] {
                    do throws(CopyError) {
                        try copyPlain(match.entries[index], from: &from, to: &into, top: top)
                    } catch {
                        failure.withLock { $0 = $0 ?? error }
                        return
                    }
                }
            }
        }
        if workers == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func copyPlain(
        _ entry: CopyEntry, from: inout OpenDirectory, to into: inout OpenDirectory, top: FilePath
    ) throws(CopyError) {
        let (uid, gid) = owner ?? (entry.uid, entry.gid)
        var ids: (uid: UInt32, gid: UInt32)?
        if !ownership.mapping.isSingle {
            do throws(IdentityOutOfRange) {
                ids = (
                    try ownership.mapping.engineID(ofContainer: uid), try ownership.mapping.engineID(ofContainer: gid)
                )
            } catch {
                throw .identity(error)
            }
        }
        let copy = RootedDirectory.Copy(
            mode: (mode?.applied(to: entry.mode, isDirectory: false) ?? entry.mode) & modeMask, owner: ids,
            modifiedSeconds: entry.modifiedSeconds, modifiedNanoseconds: entry.modifiedNanoseconds,
            isEmpty: entry.size == 0)
        let isTaken = try system { () throws(LinuxError) -> Bool in
            let (directory, name) = try from.place(entry)
            let (parent, newName) = try into.place(entry)
            do throws(LinuxError) {
                try directory.copyFile(name, to: parent, as: newName, copy)
                return false
            } catch {
                guard error.errno == .fileExists else { throw error }
                return true
            }
        }
        guard isTaken else { return }
        try clear(entry.path.isEmpty ? top : top.pushing(entry.path))
        try system { () throws(LinuxError) in
            let (directory, name) = try from.place(entry)
            let (parent, newName) = try into.place(entry)
            try directory.copyFile(name, to: parent, as: newName, copy)
        }
    }
}
