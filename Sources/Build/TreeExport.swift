package import Images
import Linux
import Sandbox
package import SystemPackage

/// Takes the file tree of an image out of the store.
package struct TreeExport: Sendable {
    private let builder: Builder
    private let layers: [SnapshotID]

    package init(_ image: StoredImage, from builder: Builder) {
        layers = image.layers
        self.builder = builder
    }

    /// Writes the tree as a tar archive.
    /// - Parameter descriptor: Open for writing; it stays open.
    package func writeArchive(to descriptor: Int32) async throws(BuildFailure) {
        try await withTree { root async throws(BuildFailure) in
            do throws(ImageError) {
                try await TreeArchive.write(root, ids: builder.store.ids, to: descriptor)
            } catch {
                throw .images(error)
            }
        }
    }

    /// Writes the tree as files of the person who runs the program, in a folder that is made where it is missing.
    ///
    /// Owners of the image mean nothing here, and set-id bits would give away the person's own rights: neither is kept.
    package func writeFolder(_ folder: FilePath) async throws(BuildFailure) {
        let files = builder.store.ids
        try await withTree { root async throws(BuildFailure) in
            do throws(CopyError) {
                try await Blocking.run { () throws(CopyError) in
                    let target: RootedDirectory
                    do throws(LinuxError) {
                        let above = try RootedDirectory(at: folder.isAbsolute ? "/" : ".")
                        try above.makeDirectories(FilePath(root: nil, folder.components))
                        target = try RootedDirectory(at: folder)
                    } catch {
                        throw .system(error)
                    }
                    let source = SourceRoot(
                        directory: root, ignore: nil, keepsOwners: false, ownership: Ownership(mapping: files))
                    var planner = CopyPlanner(root: source)
                    let match = try planner.match("/")
                    var copier = FileCopier(target: target, ownership: Ownership(mapping: .single))
                    copier.modeMask = 0o777
                    _ = try copier.copy(match, from: root, to: "/")
                }
            } catch {
                throw CopyFailure(error: error, place: "the image").failure
            }
        }
    }

    private func withTree(_ body: (RootedDirectory) async throws(BuildFailure) -> Void) async throws(BuildFailure) {
        let views: TreeViews
        let root: RootedDirectory
        do {
            views = TreeViews(
                store: builder.store, layering: builder.layering, scratch: try builder.makeScratch())
            root = try await views.view(of: layers).root
        } catch {
            throw (error as? BuildFailure) ?? .environment("system", "\(error)")
        }
        do {
            try await body(root)
            await views.close()
        } catch {
            await views.close()
            throw error
        }
    }
}
