import Glibc
import Linux
package import OCI
package import SystemPackage

/// Where images are saved to.
package enum SaveTarget: Sendable {
    /// One tar archive, written to an open descriptor.
    case descriptor(Int32)
    /// A folder, which is made: an OCI image layout.
    case directory(FilePath)
}

/// An image to be saved, and the names it shall have there.
package struct ImageToSave: Sendable {
    package var image: StoredImage
    package var references: [Reference]

    package init(_ image: StoredImage, references: [Reference]) {
        self.image = image
        self.references = references
    }
}

extension Store {
    /// Saves images as what `docker save` writes and as an OCI image layout at once: `manifest.json` and `index.json` name
    /// the same blobs.
    ///
    /// - Parameters:
    ///   - compression: of layers. None keeps their digests equal to the diff ids, and the archive its bytes.
    ///   - companions: what else the archive shall hold, first of all.
    package func save(
        _ images: [ImageToSave], to target: SaveTarget, compression: Compression = .none,
        with companions: [CompanionFile] = []
    ) async throws(ImageError) {
        if case .descriptor(let descriptor) = target, compression == .none, !DescriptorSink.canGoBack(descriptor) {
            // Names come before content there: layers that were never hashed are, side by side.
            _ = try await diffIDs(of: images.flatMap(\.image.layers))
        }
        try await DedicatedThread.run { () throws(ImageError) in
            let output: any FileOutput =
                switch target {
                case .descriptor(let descriptor): TarOutput(descriptor: descriptor)
                case .directory(let path): try DirectoryOutput(path)
                }
            try ImageWriter(store: self, output: output, compression: compression).write(images, with: companions)
        }
    }
}

/// Puts the parts of saved images in their places.
struct ImageWriter {
    let store: Store
    let output: any FileOutput
    let compression: Compression

    private static func path(_ digest: Digest) -> String { "blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }

    func write(_ images: [ImageToSave], with companions: [CompanionFile] = []) throws(ImageError) {
        for companion in companions { try output.file(companion.path, companion.bytes) }
        var written: Set<Digest> = []
        var blobs: [SnapshotID: Descriptor] = [:]
        var manifests: [Descriptor] = []
        var entries: [DockerArchiveEntry] = []
        try output.directory("blobs")
        try output.directory("blobs/sha256")
        func blob(_ bytes: [UInt8]) throws(ImageError) -> Digest {
            let digest = Digest.sha256(of: bytes)
            if written.insert(digest).inserted { try output.file(Self.path(digest), bytes) }
            return digest
        }
        for image in images {
            var layers: [Descriptor] = []
            for snapshot in image.image.layers {
                if let known = blobs[snapshot] {
                    layers.append(known)
                    continue
                }
                let descriptor = try layer(snapshot, &written)
                blobs[snapshot] = descriptor
                layers.append(descriptor)
            }
            // All layers have their digests by now.
            let document = try store.hashedConfiguration(of: image.image)
            let configuration = Descriptor(
                mediaType: MediaType.configuration, digest: try blob(document), size: Int64(document.count))
            let manifest = Manifest(configuration: configuration, layers: layers).json.encoded
            let descriptor = Descriptor(
                mediaType: MediaType.manifest, digest: try blob(manifest), size: Int64(manifest.count),
                platform: image.image.configuration.platform)
            if image.references.isEmpty { manifests.append(descriptor) }
            for reference in image.references {
                var named = descriptor
                named.annotations = [
                    "io.containerd.image.name": reference.withDefaultTag.canonical,
                    "org.opencontainers.image.ref.name": reference.withDefaultTag.tag ?? "latest",
                ]
                manifests.append(named)
            }
            entries.append(
                DockerArchiveEntry(
                    configuration: Self.path(configuration.digest),
                    repositoryTags: image.references.map(\.withDefaultTag.familiar),
                    layers: layers.map { Self.path($0.digest) }))
        }
        try output.file("index.json", Index(manifests: manifests).json.encoded)
        try output.file("manifest.json", JSON.array(entries.map(\.json)).encoded)
        try output.file("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        try output.finish()
    }

    private func layer(_ snapshot: SnapshotID, _ written: inout Set<Digest>) throws(ImageError) -> Descriptor {
        guard compression != .none else {
            if output.namesLater, try store.knownArchive(of: snapshot) == nil {
                return try unhashedLayer(snapshot, &written)
            }
            let (digest, size) = try store.archive(of: snapshot)
            if written.insert(digest).inserted {
                try output.file(Self.path(digest), size: size) { sink throws(ImageError) in
                    try store.packBlocking(snapshot, into: sink)
                }
            }
            return Descriptor(mediaType: MediaType.layer, digest: digest, size: size)
        }
        // Neither size nor digest are known before: aside first.
        let aside = try store.ownPendingFolder().appending(SnapshotID.random().description)
        let file = OwnedDescriptor(
            Glibc.open(aside.string, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
        guard file.rawValue >= 0 else { throw .system("cannot make a temporary file in the store") }
        unlink(aside.string)
        let buffered = DescriptorSink(descriptor: file.rawValue, name: "a temporary file in the store")
        let hashing = HashingSink(buffered)
        let compressor = try Compressor(compression, to: hashing)
        try store.packBlocking(snapshot, into: compressor)
        try compressor.finish()
        try buffered.flush()
        let digest = hashing.finish()
        if written.insert(digest).inserted {
            try output.file(Self.path(digest), size: hashing.count) { sink throws(ImageError) in
                try PositionedSource(descriptor: file.rawValue).copy(into: sink)
            }
        }
        let type =
            switch compression {
            case .gzip: MediaType.layerGzip
            case .zstandard: MediaType.layerZstandard
            default: MediaType.layer + "+" + compression.rawValue
            }
        return Descriptor(mediaType: type, digest: digest, size: hashing.count)
    }

    /// Hashes a layer while it is written, and names it then: its content is read once.
    private func unhashedLayer(_ snapshot: SnapshotID, _ written: inout Set<Digest>) throws(ImageError) -> Descriptor {
        let size = try store.tarBytes(of: snapshot)
        var found: Digest?
        try output.file(size: size, likely: Self.path(.sha256(of: ""))) { sink throws(ImageError) in
            let digest = try store.packBlocking(snapshot, into: sink).diffID
            found = digest
            return written.insert(digest).inserted ? Self.path(digest) : nil
        }
        guard let found else { throw store.missing(snapshot) }
        return Descriptor(mediaType: MediaType.layer, digest: found, size: size)
    }
}

extension ByteSource {
    /// Moves everything that is left into a sink.
    func copy(into sink: any ByteSink) throws(ImageError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            if count == 0 { return }
            try sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
