package import Images
import OCI

/// What the layers of an image add, change and take away, and what of it is wasted.
package struct ImageInspection: Sendable {
    /// Bottom first.
    package var layers: [Layer]
    /// How many of the lowest layers are the base's: all of it, not only the lowest.
    package var baseCount: Int
    /// Files of the layers above the base that later layers delete or replace, the largest first. Each once.
    package var waste: [Waste]
    /// What can be seen in the image, sorted by path.
    package var files: [VisibleFile]
    /// Bytes of the base that the layers above hide: in the image all the same, but not the doing of its author.
    package var hiddenBaseBytes: Int64

    /// A layer to be looked at.
    package struct Source: Sendable {
        /// The store's id.
        package var id: String
        package var listing: LayerListing
        /// Of the uncompressed archive, as `docker history` counts.
        package var archiveBytes: Int64

        package init(id: String, listing: LayerListing, archiveBytes: Int64) {
            self.id = id
            self.listing = listing
            self.archiveBytes = archiveBytes
        }
    }

    package struct Layer: Sendable {
        package var id: String
        package var isBase: Bool
        package var archiveBytes: Int64
        /// Bytes of its files; of several names of one file once.
        package var contentBytes: Int64
        /// By path. Directories that are listed only because something in them changed are left out.
        package var changes: [Change]
        /// Of its own files, what later layers hide; 0 for a layer of the base.
        package var wastedBytes: Int64

        package func count(_ kind: ChangeKind) -> Int { changes.count { $0.change == kind } }
    }

    package enum ChangeKind: String, Sendable, Hashable, Codable {
        case added
        case changed
        case removed
    }

    /// What is different about a path that was there before.
    package enum Aspect: String, Sendable, Hashable, Codable, CaseIterable {
        case kind
        case content
        case mode
        case owner
    }

    package struct Change: Sendable, Hashable {
        package var path: ImagePath
        package var change: ChangeKind
        /// What it is; of a removal what was there.
        package var kind: LayerTable.Kind
        /// Bytes it adds; of a removal or a change of the content the bytes of what it hides are ``hiddenBytes``.
        package var size: Int64
        package var mode: UInt32
        package var uid: UInt32
        package var gid: UInt32
        /// Of a symbolic link its text, of a hard link the other name.
        package var target: [UInt8]?
        /// Of a change.
        package var aspects: [Aspect]
        /// Files and bytes of lower layers that are not seen any more.
        package var hiddenFiles: Int
        package var hiddenBytes: Int64
        /// The index of the layer that takes it away or replaces it.
        package var hiddenBy: Int?
    }

    package struct Waste: Sendable, Hashable {
        package var path: ImagePath
        package var bytes: Int64
        /// The indices of the layer that holds it and of the one that hides it.
        package var layer: Int
        package var hiddenBy: Int
        /// Something else took its place.
        package var isReplaced: Bool
    }

    package struct VisibleFile: Sendable, Hashable {
        package var path: ImagePath
        package var kind: LayerTable.Kind
        /// 0 for the second name of a file.
        package var size: Int64
        package var layer: Int
    }

    // MARK: - Sums, in bytes

    /// Uncompressed archives of all layers: what Docker calls the image's size.
    package var totalBytes: Int64 { layers.map(\.archiveBytes).sizeSum }
    package var baseBytes: Int64 { layers.prefix(baseCount).map(\.archiveBytes).sizeSum }
    package var addedBytes: Int64 { layers.dropFirst(baseCount).map(\.archiveBytes).sizeSum }
    /// Of files alone, without the headers of archives.
    package var addedContentBytes: Int64 { layers.dropFirst(baseCount).map(\.contentBytes).sizeSum }
    package var wastedBytes: Int64 { waste.map(\.bytes).sizeSum }

    /// The share of what the layers above the base bring that can be seen in the end: 1 when nothing is wasted, also when
    /// there is nothing at all.
    package var efficiency: Double {
        let added = addedContentBytes
        return added > 0 ? Double(added - min(wastedBytes, added)) / Double(added) : 1
    }

    /// The largest files that can be seen, those of the base too.
    package func largest(_ count: Int) -> [VisibleFile] {
        let files = files.filter { $0.size > 0 }.sorted { ($1.size, $0.path) < ($0.size, $1.path) }
        return Array(files.prefix(count))
    }
}
