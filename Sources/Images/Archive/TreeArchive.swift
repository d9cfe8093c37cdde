package import Linux

/// Writes a whole file tree, layers merged, as one tar archive: what `docker export` and `--output type=tar` give.
package enum TreeArchive {
    /// - Parameters:
    ///   - root: A merged view of layers, which nobody changes meanwhile.
    ///   - descriptor: Open for writing; it stays open.
    package static func write(
        _ root: RootedDirectory, ids: IdentityMapping, to descriptor: Int32
    ) async throws(ImageError) {
        try await DedicatedThread.run { () throws(ImageError) in
            let sink = DescriptorSink(descriptor: descriptor, name: "the archive", uncached: UncachedWriting())
            try LayerPacker(root: root, listing: LayerWalk(root: root, ids: ids).listing()).pack(into: sink)
            try sink.flush()
        }
    }
}
