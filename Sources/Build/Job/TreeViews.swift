import Images
import Linux
import SystemPackage

/// File trees of stages and images, mounted when somebody first reads them and unmounted with the build.
actor TreeViews {
    /// A tree that can be read but not changed.
    struct View: Sendable {
        var root: RootedDirectory
        /// Where it is mounted.
        var path: FilePath
    }

    private let store: Store
    private let scratch: FilePath?
    private var views: [[SnapshotID]: View] = [:]
    private var mounts: [LayerTree] = []
    private let layering: Layering
    private var count = 0

    /// - Parameter scratch: A directory of this build alone; nil where nothing can be mounted.
    init(store: Store, layering: Layering, scratch: FilePath?) {
        self.store = store
        self.layering = layering
        self.scratch = scratch
    }

    /// The tree that layers make.
    ///
    /// - Throws: `ImageError` where a layer is not what it was when it was made, `LinuxError` where it cannot be mounted.
    func view(of layers: [SnapshotID]) async throws -> View {
        if let view = views[layers] { return view }
        try await store.verifyAside(layers)
        // Somebody else may have mounted it meanwhile.
        if let view = views[layers] { return view }
        let point = try place()
        guard !layers.isEmpty else {
            let view = View(root: try RootedDirectory(at: point), path: point)
            views[layers] = view
            return view
        }
        let mount = try layering.view(layers.map { store.directory(of: $0) }, at: point)
        mounts.append(mount)
        let view = View(root: mount.root, path: point)
        views[layers] = view
        return view
    }

    /// A new empty directory of the build's scratch.
    func place() throws(LinuxError) -> FilePath {
        guard let scratch else { throw LinuxError("mount", nil, .notPermitted) }
        count += 1
        let name = FilePath("view-\(count)")
        try RootedDirectory(at: scratch).makeDirectory(name)
        return scratch.pushing(name)
    }

    /// Unmounts everything.
    func close() {
        for mount in mounts { mount.unmount() }
        mounts = []
        views = [:]
    }
}
