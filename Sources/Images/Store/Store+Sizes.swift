import GRDB
import OCI

extension Store {
    /// The bytes of the files of a layer, each counted once: what Docker calls its size. Nothing of the archive's own, as
    /// ``tarBytes(of:)`` has it.
    ///
    /// Known since the layer was committed; of one that an older version committed, read from its listing.
    package func contentBytes(of snapshot: SnapshotID) throws(ImageError) -> Int64 {
        if let known: Int64 = try known(.fileBytes, of: snapshot) { return known }
        let bytes = try recordedListing(of: snapshot).contentBytes
        try write("remember the size of a layer") { database in
            try database.execute(
                sql: "UPDATE snapshots SET file_bytes = ? WHERE id = ?", arguments: [bytes, snapshot.description])
        }
        return bytes
    }

    /// The bytes of all files of all layers of an image.
    package func contentBytes(of image: StoredImage) throws(ImageError) -> Int64 {
        var sum: Int64 = 0
        for layer in image.layers { sum = sum.addingSize(try contentBytes(of: layer)) }
        return sum
    }
}
