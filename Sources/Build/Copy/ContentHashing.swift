import Dispatch
import Linux
import OCI
import Synchronization
import SystemPackage

/// Computes the digests of the files that a `COPY` takes, on all cores.
enum ContentHashing {
    /// Fills in the `content` of every regular file of `match`.
    static func fill(_ match: inout CopyMatch, in root: RootedDirectory) throws(CopyError) {
        let wanted = match.entries.indices.filter { match.entries[$0].kind == .regular }
        guard !wanted.isEmpty else { return }
        let entries = match.entries
        let top = match.path
        let bytes = wanted.lazy.map { entries[$0].size }.sizeSum
        let workers = bytes > 4 << 20 || wanted.count > 256 ? min(Cores.count, wanted.count) : 1
        let results = Mutex<([Int: Digest], CopyError?)>(([:], nil))
        let next = Atomic<Int>(0)
        let work: @Sendable (Int) -> Void = { _ in
            var hasher = FileHasher()
            var from = OpenDirectory(root: root, top: top)
            var done: [Int: Digest] = [:]
            while true {
                let turn = next.add(1, ordering: .relaxed).oldValue
                guard turn < wanted.count else { break }
                let entry = entries[wanted[turn]]
                do throws(LinuxError) {
                    if let bytes = entry.substitute {
                        done[wanted[turn]] = Digest.sha256(of: bytes)
                    } else {
                        let (directory, name) = try from.place(entry)
                        let (file, _) = try directory.openRegularFile(name, followingLast: false)
                        done[wanted[turn]] = try hasher.digest(of: file, name)
                    }
                } catch {
                    results.withLock { $0.1 = .system(error) }
                    break
                }
            }
            results.withLock { $0.0.merge(done) { first, _ in first } }
        }
        if workers == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
        let (digests, failure) = results.withLock { $0 }
        if let failure { throw failure }
        for (index, digest) in digests { match.entries[index].content = digest }
    }
}

/// Hashes files one after the other, with one buffer.
struct FileHasher {
    private var buffer = [UInt8](repeating: 0, count: 256 * 1024)

    mutating func digest(of file: OwnedDescriptor, _ path: FilePath) throws(LinuxError) -> Digest {
        var hasher = SHA256Hasher()
        while true {
            let got: Int
            do {
                got = try buffer.withUnsafeMutableBytes { try file.descriptor.read(into: $0) }
            } catch {
                throw LinuxError("read", path, (error as? Errno) ?? .ioError)
            }
            if got == 0 { return hasher.finalize() }
            buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<got])) }
        }
    }
}
