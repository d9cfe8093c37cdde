import GRDB
import Glibc
import Linux
package import OCI
import SystemPackage

/// A layer that was read from an archive.
package struct ImportedLayer: Hashable, Sendable {
    package var snapshot: SnapshotID
    /// The digest of the uncompressed archive as it was read.
    package var diffID: Digest
    /// Whether the archive can be written again byte for byte.
    package var isExact: Bool
}

extension Store {
    // MARK: - in

    /// Reads a layer's archive, in whatever compression, into a snapshot.
    ///
    /// - Parameters:
    ///   - diffID: the digest that the uncompressed archive must have. A layer that is in the store already is not read.
    ///   - blob: the digest that the bytes of the source must have.
    ///   - exact: whether the archive shall keep its digest when it is packed again. Those made here need not.
    package func importLayer(
        from source: ArchiveSource, diffID: Digest? = nil, blob: Digest? = nil, exact: Bool = true,
        limits: ArchiveLimits = ArchiveLimits()
    ) async throws(ImageError) -> ImportedLayer {
        if let diffID, let known = try snapshot(withDiffID: diffID) {
            return ImportedLayer(snapshot: known, diffID: diffID, isExact: true)
        }
        return try await DedicatedThread.run { () throws(ImageError) in
            try self.importBlocking(source.open(), diffID: diffID, blob: blob, exact: exact, limits: limits)
        }
    }

    /// The snapshot whose archive has this digest, if the store has it.
    package func snapshot(withDiffID diffID: Digest) throws(ImageError) -> SnapshotID? {
        let found = try read("look for a layer") { database in
            try Row.fetchAll(
                database, sql: "SELECT id, unsynced FROM snapshots WHERE diff_id = ?",
                arguments: [diffID.description]
            ).map { ($0["id"] as String, $0["unsynced"] as String?) }
        }
        for (text, boot) in found where boot == nil || boot == bootID {
            guard let snapshot = SnapshotID(text), exists(snapshot) else { continue }
            // One that is damaged is forgotten on the way, and read again.
            do throws(ImageError) {
                try verify([snapshot])
            } catch {
                guard error.code == .corrupt else { throw error }
                continue
            }
            if try use([snapshot]) { return snapshot }
        }
        return nil
    }

    func importBlocking(
        _ source: any ByteSource, diffID: Digest?, blob: Digest?, exact: Bool, limits: ArchiveLimits
    ) throws(ImageError) -> ImportedLayer {
        let pending = try begin()
        do throws(ImageError) {
            return try importBlocking(source, into: pending, diffID: diffID, blob: blob, exact: exact, limits: limits)
        } catch {
            discard(pending)
            throw error
        }
    }

    private func importBlocking(
        _ source: any ByteSource, into pending: PendingSnapshot, diffID: Digest?, blob: Digest?, exact: Bool,
        limits: ArchiveLimits
    ) throws(ImageError) -> ImportedLayer {
        let raw = HashingSource(source)
        let plain = HashingSource(try Decompressor(blob == nil ? source : raw))
        let reader = TarReader(plain, limits: limits)
        var unpacker = LayerUnpacker(root: try rooted(pending.upper), ids: ids)
        var framing:
            (recorder: LayerFraming.Recorder, compressor: Compressor, sink: DescriptorSink, file: OwnedDescriptor)?
        let framingPath = pending.directory.appending("framing")
        if exact {
            let file = OwnedDescriptor(
                Glibc.open(framingPath.string, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
            guard file.rawValue >= 0 else { throw .system("cannot write \(framingPath)") }
            let sink = DescriptorSink(descriptor: file.rawValue, name: framingPath.string)
            let compressor = try Compressor(.gzip, level: 1, to: sink)
            let recorder = LayerFraming.Recorder(compressor)
            framing = (recorder, compressor, sink, file)
            unpacker.framing = recorder
            reader.framing = { bytes throws(ImageError) in try recorder.frame(bytes) }
        }
        try unpacker.unpack(reader)
        try reader.drain()
        let found = plain.finish()
        if let diffID, diffID != found {
            throw ImageError(.digestMismatch, "a layer has the digest \(found) instead of \(diffID)")
        }
        if let blob {
            // Bytes behind the end of compressed data are part of the blob too.
            let rest = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
            defer { rest.deallocate() }
            while try raw.read(into: rest) > 0 {}
            let digest = raw.finish()
            guard digest == blob else {
                throw ImageError(.digestMismatch, "a layer's file has the digest \(digest) instead of \(blob)")
            }
        }
        let isExact = framing?.recorder.isComplete ?? false
        if let framing {
            try framing.recorder.finish()
            try framing.compressor.finish()
            try framing.sink.flush()
            if !isExact { unlink(framingPath.string) }
        }
        let snapshot = try commitBlocking(
            pending, diffID: isExact ? found : nil, archiveBytes: isExact ? plain.count : nil, content: found)
        return ImportedLayer(snapshot: snapshot, diffID: found, isExact: isExact)
    }

    // MARK: - out

    /// The digest of a layer's uncompressed archive; packs and hashes it when that was never done.
    package func diffID(of snapshot: SnapshotID) async throws(ImageError) -> Digest {
        if let known = try knownDiffID(of: snapshot) { return known }
        return try await DedicatedThread.run { () throws(ImageError) in
            try self.packBlocking(snapshot, into: NullSink()).diffID
        }
    }

    /// What layers are called in the keys of steps: by the digest of the archive that they were read from, so that a
    /// base that is made or loaded again is the same base; else by their own names.
    package func contentNames(of layers: [SnapshotID]) throws(ImageError) -> [String] {
        try read("read about layers") { database in
            try layers.map { layer in
                try String.fetchOne(
                    database, sql: "SELECT content FROM snapshots WHERE id = ?", arguments: [layer.description])
                    ?? layer.description
            }
        }
    }

    /// The digest of a layer's uncompressed archive, if it was ever computed.
    package func knownDiffID(of snapshot: SnapshotID) throws(ImageError) -> Digest? {
        let text: String? = try known(.diffID, of: snapshot)
        return text.flatMap { Digest($0) }
    }

    /// The digest and the size of a layer's uncompressed archive, hashing it if need be.
    func archive(of snapshot: SnapshotID) throws(ImageError) -> (diffID: Digest, size: Int64) {
        if let known = try knownArchive(of: snapshot) { return known }
        return try packBlocking(snapshot, into: NullSink())
    }

    /// The same if both were ever computed.
    func knownArchive(of snapshot: SnapshotID) throws(ImageError) -> (diffID: Digest, size: Int64)? {
        let known = try read("read about a layer") { database in
            try Row.fetchOne(
                database, sql: "SELECT diff_id, archive_bytes FROM snapshots WHERE id = ?",
                arguments: [snapshot.description]
            ).map { ($0["diff_id"] as String?, $0["archive_bytes"] as Int64?) }
        }
        guard let (text, size) = known, let text, let size, let digest = Digest(text) else { return nil }
        return (digest, size)
    }

    /// The digests of several layers, hashed side by side.
    package func diffIDs(of snapshots: [SnapshotID]) async throws(ImageError) -> [Digest] {
        var digests: [SnapshotID: Digest] = [:]
        var unknown: [SnapshotID] = []
        for snapshot in Set(snapshots) {
            if let known = try knownDiffID(of: snapshot) { digests[snapshot] = known } else { unknown.append(snapshot) }
        }
        let results = await withTaskGroup(of: HashedLayer.self) { group in
            var waiting = unknown[...]
            func startNext() {
                guard let snapshot = waiting.popFirst() else { return }
                group.addTask { HashedLayer(snapshot: snapshot, digest: await self.result(ofHashing: snapshot)) }
            }
            for _ in 0..<4 { startNext() }
            var results: [HashedLayer] = []
            for await result in group {
                results.append(result)
                startNext()
            }
            return results
        }
        for result in results { digests[result.snapshot] = try result.digest.get() }
        var all: [Digest] = []
        for snapshot in snapshots {
            guard let digest = digests[snapshot] else { throw missing(snapshot) }
            all.append(digest)
        }
        return all
    }

    private struct HashedLayer: Sendable {
        let snapshot: SnapshotID
        let digest: Result<Digest, ImageError>
    }

    private func result(ofHashing snapshot: SnapshotID) async -> Result<Digest, ImageError> {
        do throws(ImageError) {
            return .success(try await diffID(of: snapshot))
        } catch {
            return .failure(error)
        }
    }

    /// Writes a layer's uncompressed archive: the original's bytes when it came from elsewhere, else always the same.
    ///
    /// - Parameter listing: what the layer holds; nil to compare the layer first.
    @discardableResult
    func packBlocking(
        _ snapshot: SnapshotID, _ listing: LayerListing? = nil, into sink: any ByteSink
    ) throws(ImageError) -> (diffID: Digest, size: Int64) {
        guard exists(snapshot) else {
            try forget(snapshot, because: "is missing")
            throw missing(snapshot)
        }
        let row = try read("read about a layer") { database in
            try Row.fetchOne(
                database, sql: "SELECT diff_id, framed FROM snapshots WHERE id = ?",
                arguments: [snapshot.description]
            ).map { ($0["diff_id"] as String?, $0["framed"] as Bool) }
        }
        guard let (known, isFramed) = row else { throw missing(snapshot) }
        let hashing = HashingSink(sink)
        let root = try rooted(directory(of: snapshot))
        if isFramed {
            do throws(ImageError) {
                let framing = try Decompressor(DescriptorSource(file: folder(of: snapshot).appending("framing")))
                try LayerFraming.replay(framing, root: root, into: hashing)
            } catch {
                // What is wrong with where the archive goes to is not the layer's fault.
                guard [.malformed, .corrupt].contains(error.code) || error.errno == ENOENT else { throw error }
                try forget(snapshot, because: "is damaged: \(error.message)")
                throw ImageError(
                    .corrupt, "the layer \(snapshot) in the store is damaged: \(error.message)",
                    hint: "build or load the image again: what needs the layer is made anew")
            }
        } else {
            let entries = if let listing { listing } else { try self.listing(of: snapshot) }
            try LayerPacker(root: root, listing: entries).pack(into: hashing)
        }
        let digest = hashing.finish()
        if let known {
            guard known == digest.description else {
                try forget(snapshot, because: "is damaged: its digest is \(digest) instead of \(known)")
                throw ImageError(
                    .corrupt, "the layer \(snapshot) in the store is damaged: its digest is not what it was",
                    hint: "build or load the image again: what needs the layer is made anew")
            }
        } else {
            try write("record a layer's digest") { database in
                try database.execute(
                    sql: "UPDATE snapshots SET diff_id = ?, archive_bytes = ? WHERE id = ?",
                    arguments: [digest.description, hashing.count, snapshot.description])
            }
        }
        return (digest, hashing.count)
    }
}
