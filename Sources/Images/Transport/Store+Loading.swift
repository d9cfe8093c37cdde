import Linux
package import OCI
package import SystemPackage

/// Where images are loaded from.
package enum LoadSource: Sendable {
    /// An archive of `docker save`, old or new, or of an OCI layout; compressed or not.
    case archive(ArchiveSource)
    /// A folder that holds an OCI layout, or what `docker save` writes.
    case directory(FilePath)
}

/// An image that was loaded.
package struct LoadedImage: Hashable, Sendable {
    package var image: StoredImage
    package var references: [Reference]
    /// Of its manifest, where it had one.
    package var manifestDigest: Digest?
}

extension Store {
    /// Loads all images that an archive or a folder holds, with their names. Every digest is verified.
    ///
    /// - Parameters:
    ///   - references: names to give instead of those that stand there, when there is one image.
    ///   - platform: which to take where there are several.
    ///   - naming: false gives none of them a name: they are only to be looked at.
    package func load(
        _ source: LoadSource, as references: [Reference]? = nil, platform: Platform = .host, naming: Bool = true,
        origin: StoredImage.Origin = .loaded, limits: ArchiveLimits = ArchiveLimits()
    ) async throws(ImageError) -> [LoadedImage] {
        let loaded = try await DedicatedThread.run { () throws(ImageError) -> [LoadedImage] in
            let files: ImageFiles
            switch source {
            case .archive(let archive):
                files = try ImageFiles(archive: archive, aside: self.ownPendingFolder(), limits: limits)
            case .directory(let path): files = try ImageFiles(directory: path)
            }
            return try ImageLoader(store: self, files: files, platform: platform, origin: origin, limits: limits).load()
        }
        var named = loaded
        if let references {
            guard named.count == 1 else {
                throw ImageError(
                    .unsupported, "the archive holds \(named.count) images, so they cannot be given a name")
            }
            named[0].references = references
        }
        // It can be loaded again: not worth waiting for the disk, which takes longer than all the rest.
        for image in named {
            try await put(image.image, references: naming ? image.references : [], durable: false)
        }
        return named
    }

    /// Makes an image of one layer out of a tar archive of a whole root directory, as `docker import` does.
    package func importRoot(
        from source: ArchiveSource, configuration: ContainerConfiguration = ContainerConfiguration(),
        platform: Platform = .host, created: Timestamp? = nil, comment: String? = nil,
        origin: StoredImage.Origin = .imported, limits: ArchiveLimits = ArchiveLimits()
    ) async throws(ImageError) -> StoredImage {
        let layer = try await importLayer(from: source, exact: false, limits: limits)
        return StoredImage(
            layers: [layer.snapshot],
            configuration: ImageConfiguration(
                created: created, platform: platform, config: configuration,
                history: [HistoryEntry(created: created, comment: comment)]),
            origin: origin)
    }
}

/// Reads the documents of saved images and imports their layers.
struct ImageLoader {
    let store: Store
    let files: ImageFiles
    let platform: Platform
    let origin: StoredImage.Origin
    let limits: ArchiveLimits

    func load() throws(ImageError) -> [LoadedImage] {
        if files.has("manifest.json") { return try loadDocker() }
        if files.has("index.json") { return try loadLayout() }
        throw ImageError(
            .malformed, "this is no archive of images: it holds neither manifest.json nor index.json",
            hint: "`lesson docker import` makes an image out of an archive of a root directory")
    }

    // MARK: - docker save

    private func loadDocker() throws(ImageError) -> [LoadedImage] {
        let bytes = try files.document("manifest.json")
        let json = try understood { () throws(DocumentError) in try JSON.document(bytes, what: "manifest.json") }
        guard let entries = json.array, entries.count <= 4096 else {
            throw ImageError(.malformed, "manifest.json is not a list of images")
        }
        var loaded: [LoadedImage] = []
        for item in entries {
            let entry = try understood { () throws(DocumentError) in try DockerArchiveEntry(json: item) }
            var references: [Reference] = []
            for tag in entry.repositoryTags {
                // An image is more than its names: one that is no name is left out.
                if let reference = try? Reference(parsing: tag) { references.append(reference) }
            }
            let image = try image(
                configuration: files.document(entry.configuration),
                layers: entry.layers.map { Blob(path: $0, digest: nil) })
            loaded.append(LoadedImage(image: image, references: references))
        }
        return loaded
    }

    // MARK: - OCI layout

    private func loadLayout() throws(ImageError) -> [LoadedImage] {
        let bytes = try files.document("index.json")
        let index = try understood { () throws(DocumentError) in
            try Index(json: JSON.document(bytes, what: "index.json"))
        }
        var loaded: [LoadedImage] = []
        var seen: [Digest: Int] = [:]
        for descriptor in index.manifests {
            guard let manifest = try manifest(descriptor, depth: 0) else { continue }
            let reference = Self.name(descriptor)
            if let at = seen[manifest.digest] {
                if let reference { loaded[at].references.append(reference) }
                continue
            }
            seen[manifest.digest] = loaded.count
            loaded.append(
                LoadedImage(
                    image: try image(manifest), references: reference.map { [$0] } ?? [],
                    manifestDigest: manifest.digest))
        }
        guard !loaded.isEmpty else {
            throw ImageError(
                .noSuchImage, "there is no image for \(platform) in the archive",
                hint: "choose another platform with `--platform`")
        }
        return loaded
    }

    private static func name(_ descriptor: Descriptor) -> Reference? {
        if let name = descriptor.annotations["io.containerd.image.name"] { return try? Reference(parsing: name) }
        // Mostly a tag alone, which names nothing; some write the whole name.
        guard let name = descriptor.annotations["org.opencontainers.image.ref.name"], name.contains(":") else {
            return nil
        }
        return try? Reference(parsing: name)
    }

    /// The manifest a descriptor leads to, through lists of platforms; nil when it is for another platform, or is no
    /// image but a note about one.
    private func manifest(
        _ descriptor: Descriptor, depth: Int
    ) throws(ImageError) -> (digest: Digest, manifest: Manifest)? {
        if let other = descriptor.platform, !platform.accepts(other), depth > 0 { return nil }
        let bytes = try files.blob(descriptor.digest)
        let json = try understood { () throws(DocumentError) in try JSON.document(bytes, what: "a manifest") }
        guard json["manifests"] != nil else {
            let manifest = try understood { () throws(DocumentError) in try Manifest(json: json) }
            // BuildKit's attestations are manifests whose "configuration" is of another kind.
            if descriptor.annotations["vnd.docker.reference.type"] != nil { return nil }
            return (descriptor.digest, manifest)
        }
        guard depth < 4 else { throw ImageError(.malformed, "lists of manifests are nested too deep") }
        let index = try understood { () throws(DocumentError) in try Index(json: json) }
        for inner in index.manifests {
            if let found = try manifest(inner, depth: depth + 1) { return found }
        }
        return nil
    }

    private func image(
        _ found: (digest: Digest, manifest: Manifest)
    ) throws(ImageError) -> StoredImage {
        var layers: [Blob] = []
        for layer in found.manifest.layers {
            guard !MediaType.isForeign(layer.mediaType) else {
                throw ImageError(.unsupported, "the image has a layer that may only be had from where it was made")
            }
            layers.append(Blob(path: ImageFiles.path(layer.digest), digest: layer.digest))
        }
        return try image(configuration: files.blob(found.manifest.configuration.digest), layers: layers)
    }

    // MARK: - both

    private struct Blob {
        var path: String
        var digest: Digest?
    }

    private func image(configuration bytes: [UInt8], layers: [Blob]) throws(ImageError) -> StoredImage {
        let configuration = try understood { () throws(DocumentError) in try ImageConfiguration(parsing: bytes) }
        guard configuration.diffIDs.count == layers.count else {
            throw ImageError(
                .malformed, "the image has \(layers.count) layers and \(configuration.diffIDs.count) digests for them")
        }
        var snapshots: [SnapshotID] = []
        var isExact = true
        for (blob, diffID) in zip(layers, configuration.diffIDs) {
            if let known = try store.snapshot(withDiffID: diffID) {
                snapshots.append(known)
                continue
            }
            guard diffID.algorithm == .sha256 else {
                throw ImageError(.unsupported, "digests with \(diffID.algorithm.rawValue) are not supported")
            }
            let layer = try store.importBlocking(
                files.open(blob.path), diffID: diffID, blob: blob.digest, exact: true, limits: limits)
            snapshots.append(layer.snapshot)
            if !layer.isExact { isExact = false }
        }
        return StoredImage(
            layers: snapshots, configuration: configuration, origin: origin,
            originalConfiguration: isExact ? bytes : nil)
    }

    private func understood<Value>(_ body: () throws(DocumentError) -> Value) throws(ImageError) -> Value {
        do throws(DocumentError) { return try body() } catch { throw ImageError(.malformed, error.message) }
    }
}
