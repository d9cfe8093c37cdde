import GRDB
import OCI
import SystemPackage

extension Store {
    /// The bytes of the files of a layer, each counted once: what Docker calls its size. Nothing of the archive's own, as
    /// ``tarBytes(of:)`` has it.
    ///
    /// Known since the layer was committed; of one that an older version committed, read from its listing.
    package func contentBytes(of snapshot: SnapshotID) throws(ImageError) -> Int64 {
        let known = try read("read about a layer") { database in
            try Int64.fetchOne(
                database, sql: "SELECT file_bytes FROM snapshots WHERE id = ?", arguments: [snapshot.description])
        }
        if let known { return known }
        let bytes = try Self.contentBytes(listing: folder(of: snapshot).appending("listing"))
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

    /// Sums the sizes that `SnapshotRecord` wrote: `path`, 1, `kind mode owner size ...`, 0.
    private static func contentBytes(listing: FilePath) throws(ImageError) -> Int64 {
        let sink = MemorySink()
        try DescriptorSource(file: listing).copy(into: sink)
        let bytes = sink.bytes
        let file = Array("file ".utf8)
        var sum: Int64 = 0
        var index = 0
        while index < bytes.count {
            let end = bytes[index...].firstIndex(of: 0) ?? bytes.count
            if let mark = bytes[index..<end].firstIndex(of: 1), bytes[(mark + 1)..<end].starts(with: file) {
                let fields = bytes[(mark + 1)..<end].split(separator: 32, maxSplits: 4)
                if fields.count > 3 { sum = sum.addingSize(Int64(String(decoding: fields[3], as: UTF8.self)) ?? 0) }
            }
            index = end + 1
        }
        return sum
    }
}
