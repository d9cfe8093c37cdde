import Linux

/// A small file that travels in an archive beside images.
package struct CompanionFile: Hashable, Sendable {
    /// Relative, without `..`.
    package var path: String
    package var bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

extension Store {
    /// The regular files of an archive that have a name or stand below a folder, by their paths; nothing is unpacked.
    ///
    /// - Parameters:
    ///   - name: of one file.
    ///   - folder: whose files all count.
    ///   - limit: bytes that they may have together.
    /// - Throws: `.hostile` for a name that leaves the archive's root, `.tooLarge`, `.malformed`.
    package func companions(
        in source: ArchiveSource, named name: String, below folder: String, limit: Int = 256 << 20
    ) async throws(ImageError) -> [String: [UInt8]] {
        try await DedicatedThread.run { () throws(ImageError) in
            let files = try ImageFiles(archive: source, aside: self.ownPendingFolder(), limits: ArchiveLimits())
            var found: [String: [UInt8]] = [:]
            var left = Int64(limit)
            for (path, size) in files.sizes where path == name || path.hasPrefix(folder + "/") {
                left -= size
                guard left >= 0 else {
                    throw ImageError(.tooLarge, "the files beside the images have more than \(limit) bytes")
                }
                let sink = MemorySink()
                try files.open(path).copy(into: sink)
                found[path] = sink.bytes
            }
            return found
        }
    }
}
