import Glibc
import Linux
import OCI
import SystemPackage

/// Makes base images on this machine where no registry is to be had.
package struct BaseImages: Sendable {
    let store: Store

    package init(store: Store) { self.store = store }

    /// Makes what a recipe says and gives it the recipe's names; takes what is there when it was made before.
    ///
    /// - Parameter progress: gets words for the person who waits; from outside, to be shown through `SafeText`.
    package func make(
        _ recipe: BaseImageRecipe, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(ImageError) -> StoredImage {
        guard let method = recipe.method else {
            let name = recipe.names.first.map(\.familiar) ?? "the image"
            throw ImageError(
                .notAvailable, "the lesson does not say how \(name) is made without a registry",
                hint: "connect to the network, or load the image with `lesson docker load`")
        }
        if case .archive(let path) = method { return try await load(path, recipe) }
        let key = try key(of: method, recipe.date)
        let lockKey = Digest.sha256(of: "lock \(key)")
        let snapshot = try await Self.typed {
            try await store.withStepLock(lockKey) { () async throws(ImageError) -> SnapshotID in
                if let known = try store.cachedStep(key)?.snapshot { return known }
                let made = try await makeLayer(method, recipe, progress)
                try store.recordStep(key, CachedStep(snapshot: made))
                return made
            }
        }
        let image = image(of: snapshot, method, recipe)
        try await store.put(image, references: recipe.names)
        return image
    }

    private static func typed<Value>(_ body: () async throws -> Value) async throws(ImageError) -> Value {
        do {
            return try await body()
        } catch let error as ImageError {
            throw error
        } catch {
            throw ImageError(.cancelled, "stopped while a base image was made")
        }
    }

    private func makeLayer(
        _ method: BaseImageRecipe.Method, _ recipe: BaseImageRecipe, _ progress: @escaping @Sendable (String) -> Void
    ) async throws(ImageError) -> SnapshotID {
        switch method {
        case .busybox:
            progress("making a root directory with this machine's busybox")
            let archive = try await BusyboxRoot.archive(date: recipe.date)
            return try await store.importLayer(from: .bytes(archive), exact: false).snapshot
        case .debian(let debian):
            return try await DebianRoot(store: store, debian: debian, date: recipe.date).make(progress: progress)
        case .archive: throw ImageError(.unsupported, "an archive is loaded, not made")
        }
    }

    /// The same for the same content: what it is made of and how, not what it is called.
    private func key(of method: BaseImageRecipe.Method, _ date: Timestamp) throws(ImageError) -> Digest {
        var words = "base image 1 \(Platform.host) \(date) \(store.ids.isSingle) "
        switch method {
        case .busybox: words += "busybox"
        case .archive(let path): words += "archive \(path)"
        case .debian(let debian):
            let sources = AptSources().serving(suite: debian.suite, components: debian.components)
            words += "debian \(debian.suite) \(debian.variant) \(debian.packages.sorted()) \(sources.map(\.line))"
        }
        return Digest.sha256(of: words)
    }

    private func load(_ path: FilePath, _ recipe: BaseImageRecipe) async throws(ImageError) -> StoredImage {
        do throws(ImageError) {
            let loaded = try await store.load(.archive(.file(path)), as: recipe.names)
            guard let first = loaded.first else { throw ImageError(.malformed, "\(path) holds no image") }
            return first.image
        } catch {
            guard error.code == .malformed else { throw error }
            var image = try await store.importRoot(from: .file(path), created: recipe.date, origin: .made)
            image = self.image(of: image.layers[0], .archive(path), recipe)
            try await store.put(image, references: recipe.names)
            return image
        }
    }

    private func image(
        of snapshot: SnapshotID, _ method: BaseImageRecipe.Method, _ recipe: BaseImageRecipe
    ) -> StoredImage {
        var config = recipe.configuration ?? ContainerConfiguration()
        if config.environmentValue("PATH") == nil {
            config.environment.insert(
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", at: 0)
        }
        var madeBy = "lesson: import"
        switch method {
        case .busybox:
            if config.command == nil, config.entrypoint == nil { config.command = ["sh"] }
            madeBy = "lesson: busybox"
        case .debian(let debian):
            if config.command == nil, config.entrypoint == nil { config.command = ["bash"] }
            let packages = debian.packages.isEmpty ? "" : " --include=\(debian.packages.joined(separator: ","))"
            madeBy = "lesson: mmdebstrap --variant=\(debian.variant)\(packages) \(debian.suite)"
        case .archive: break
        }
        if let words = recipe.standsInFor { config.labels["lesson.stand-in"] = words }
        return StoredImage(
            layers: [snapshot],
            configuration: ImageConfiguration(
                created: recipe.date, config: config,
                history: [HistoryEntry(created: recipe.date, createdBy: madeBy, comment: recipe.standsInFor)]),
            origin: .made)
    }
}
