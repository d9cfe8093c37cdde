import Images
import OCI
import Synchronization

/// The layer of a large `COPY`, written while its files are still being hashed: on two cores both together take as long
/// as the longer of them.
///
/// Only the hashes tell whether the layer is in the cache. If it is, this one is thrown away.
final class LayerAhead: Sendable {
    /// What is copied in less time than it takes to ask is not worth writing in vain.
    static let leastBytes: Int64 = 16 << 20

    private let pending: PendingSnapshot
    private let writing: Task<Result<[CopySource], BuildFailure>, Never>
    private let store: Store
    private let isTaken = Mutex(false)

    /// Begins to write.
    init(_ work: CopyWork, over parents: [SnapshotID], job: BuildJob) throws(BuildFailure) {
        store = job.store
        let pending: PendingSnapshot
        do throws(ImageError) { pending = try store.begin(over: parents) } catch { throw .images(error) }
        self.pending = pending
        writing = Task {
            do throws(BuildFailure) {
                return .success(try await work.write(pending, job: job))
            } catch {
                return .failure(error)
            }
        }
    }

    /// The layer and where its sources went; nil if it could not be written, which whoever writes it next finds out too.
    func take() async -> (pending: PendingSnapshot, sources: [CopySource])? {
        guard case .success(let sources) = await writing.value else { return nil }
        isTaken.withLock { $0 = true }
        return (pending, sources)
    }

    /// Throws the layer away unless somebody took it.
    func discard() async {
        _ = await writing.value
        guard !isTaken.withLock({ $0 }) else { return }
        await Blocking.run { () throws(Never) in self.store.discard(self.pending) }
    }
}

extension CopyPlan {
    /// Whether all of it is files of this machine, and enough of them.
    func isLarge(atMost limit: Int64) -> Bool {
        var bytes: Int64 = 0
        for item in items {
            guard case .match(let match) = item else { return false }
            bytes = bytes.addingSize(match.bytes)
        }
        return bytes >= LayerAhead.leastBytes && bytes <= limit
    }

    /// Enters what files look like from outside into a key: sizes and times of modification.
    func addLooks(to key: inout StepKey) {
        add(to: &key)
        for case .match(let match) in items {
            for entry in match.entries {
                key.add(entry.size)
                key.add(entry.modifiedSeconds)
                key.add(Int64(entry.modifiedNanoseconds))
            }
        }
    }
}
