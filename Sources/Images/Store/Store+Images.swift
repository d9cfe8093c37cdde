import Foundation
import GRDB
import Linux
package import OCI
import SystemPackage

extension Store {
    /// Puts an image into the store and gives it names, which it takes from whatever had them.
    ///
    /// - Parameter durable: whether to wait until its layers are on disk. If not, the kernel writes them within the next
    ///   minute, and an image that the machine's crash caught before is forgotten: what can be built again in a moment
    ///   need not wait.
    package func put(
        _ image: StoredImage, references: [Reference] = [], durable: Bool = true
    ) async throws(ImageError) {
        if durable { try await sync() }
        if try isRecorded(image, references) { return }
        try putBlocking(image, references: references)
    }

    /// Whether the store has exactly this, and noted its use within the last minute.
    private func isRecorded(_ image: StoredImage, _ references: [Reference]) throws(ImageError) -> Bool {
        let key = image.key.description
        return try read("look for an image") { database in
            let row = try Row.fetchOne(database, sql: "SELECT * FROM images WHERE key = ?", arguments: [key])
            guard let row, !isStale(row["used"]), try self.image(from: row, database) != nil,
                row["digests"] == JSON.strings(image.repositoryDigests).text,
                image.buildRecord == nil || image.buildRecord == (row["record"] as Data?).map({ [UInt8]($0) })
            else { return false }
            for reference in references where reference.tag != nil || reference.digest == nil {
                let named = try String.fetchOne(
                    database, sql: "SELECT image FROM names WHERE name = ?", arguments: [Self.name(reference)])
                if named != key { return false }
            }
            return true
        }
    }

    func putBlocking(_ image: StoredImage, references: [Reference]) throws(ImageError) {
        let key = image.key.description
        try write("record an image") { database in
            for layer in image.layers {
                try database.execute(
                    sql: "UPDATE snapshots SET used = ? WHERE id = ?", arguments: [Self.now, layer.description])
                guard database.changesCount == 1 else { throw self.missing(layer) }
            }
            try database.execute(
                sql: """
                    INSERT INTO images (key, id, added, used, origin, configuration, original, digests, record)
                    VALUES (?, NULL, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET used = excluded.used, digests = excluded.digests,
                        origin = excluded.origin, configuration = excluded.configuration,
                        original = excluded.original, record = coalesce(excluded.record, record)
                    """,
                arguments: [
                    key, Self.now, Self.now, image.origin.rawValue, Data(image.configuration.encoded),
                    image.originalConfiguration.map { Data($0) },
                    JSON.strings(image.repositoryDigests).text, image.buildRecord.map { Data($0) },
                ])
            for (position, layer) in image.layers.enumerated() {
                try database.execute(
                    sql: "INSERT OR IGNORE INTO image_layers (image, position, snapshot) VALUES (?, ?, ?)",
                    arguments: [key, position, layer.description])
            }
            // A digest alone is no name: it finds the image by `repositoryDigests`.
            for reference in references where reference.tag != nil || reference.digest == nil {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO names (name, image) VALUES (?, ?)",
                    arguments: [Self.name(reference), key])
            }
        }
    }

    /// The name that a reference has in the store: its tag counts, `latest` where there is none.
    private static func name(_ reference: Reference) -> String {
        var reference = reference
        reference.digest = nil
        return reference.withDefaultTag.canonical
    }

    /// The image of this name. A reference with a digest means the image that was pulled by it, or whose id it is.
    package func image(named reference: Reference) throws(ImageError) -> NamedImage? {
        if let digest = reference.digest {
            return try inUse(
                images().first { found in
                    found.knownID == digest
                        || found.image.repositoryDigests.contains("\(reference.canonicalName)@\(digest)")
                })
        }
        let found = try read("look for an image") { database in
            try Row.fetchOne(
                database, sql: "SELECT images.* FROM names JOIN images ON images.key = names.image WHERE name = ?",
                arguments: [Self.name(reference)]
            ).map { try self.image(from: $0, database) }
        }
        return try inUse(usable(found ?? nil))
    }

    /// The layers of the image that was built last; none where there is none.
    package func layersBuiltLast() throws(ImageError) -> [SnapshotID] {
        try read("look for an image") { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT snapshot FROM image_layers WHERE image =
                        (SELECT key FROM images WHERE origin = ? ORDER BY used DESC LIMIT 1)
                    """, arguments: [StoredImage.Origin.built.rawValue]
            ).compactMap { SnapshotID($0) }
        }
    }

    /// Notes that an image is used, so that nobody prunes it now; nil when somebody was faster.
    private func inUse(_ found: NamedImage?) throws(ImageError) -> NamedImage? {
        guard let found, isStale(found.used) else { return found }
        let isThere = try write("note the use of an image") { database in
            try database.execute(
                sql: "UPDATE images SET used = ? WHERE key = ?", arguments: [Self.now, found.image.key.description])
            return database.changesCount == 1
        }
        guard isThere, try use(found.image.layers) else { return nil }
        return found
    }

    /// An image of a name, of an id (`sha256:...`), or of the first digits of one.
    ///
    /// Ids cost the hashing of layers where nobody asked for them before, so they are tried last.
    package func image(matching text: String) async throws(ImageError) -> NamedImage? {
        if let reference = try? Reference(parsing: text), let image = try image(named: reference) { return image }
        let digits = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        guard (4...64).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ byte in
                (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102)
            })
        else { return nil }
        var matches: [NamedImage] = []
        for var candidate in try images() {
            let id = try await imageID(of: candidate.image)
            candidate.knownID = id
            if id.hex.hasPrefix(digits) { matches.append(candidate) }
        }
        guard matches.count <= 1 else {
            throw ImageError(
                .ambiguous, "\(matches.count) images have an id that begins with \(digits)",
                hint: "give more digits of the id")
        }
        return try inUse(matches.first)
    }

    /// All images, newest first; those whose layers are gone are forgotten.
    package func images() throws(ImageError) -> [NamedImage] {
        let found = try read("list the images") { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM images WHERE origin <> 'container' ORDER BY added DESC, key"
            ).compactMap {
                try self.image(from: $0, database)
            }
        }
        var usable: [NamedImage] = []
        for image in found { if let image = try self.usable(image) { usable.append(image) } }
        return usable
    }

    func image(from row: Row, _ database: Database) throws -> NamedImage? {
        let key: String = row["key"]
        let bytes = [UInt8](row["configuration"] as Data)
        let configuration: ImageConfiguration
        do throws(DocumentError) {
            configuration = try ImageConfiguration(parsing: bytes)
        } catch {
            return nil
        }
        let layers = try Row.fetchAll(
            database,
            sql: """
                SELECT image_layers.snapshot, snapshots.tar_bytes, snapshots.unsynced FROM image_layers
                LEFT JOIN snapshots ON snapshots.id = image_layers.snapshot WHERE image = ? ORDER BY position
                """, arguments: [key])
        let names = try String.fetchAll(
            database, sql: "SELECT name FROM names WHERE image = ? ORDER BY name", arguments: [key])
        let digests = (try? JSON(parsing: row["digests"] as String))?.strings ?? []
        let image = StoredImage(
            layers: layers.compactMap { SnapshotID($0["snapshot"] as String) }, configuration: configuration,
            origin: StoredImage.Origin(rawValue: row["origin"]) ?? .built,
            originalConfiguration: (row["original"] as Data?).map { [UInt8]($0) }, repositoryDigests: digests,
            buildRecord: (row["record"] as Data?).map { [UInt8]($0) })
        for layer in layers {
            // Not on disk when the machine stopped: what is there may be anything.
            if let boot = layer["unsynced"] as String?, boot != bootID { return nil }
        }
        // A row that is not as it was written would be another image under this one's name.
        guard StoredImage.key(image.layers, image.originalConfiguration ?? bytes).description == key else {
            noteRepair("an image in the database of the store is damaged: build, pull or load it again")
            return nil
        }
        return NamedImage(
            image: image, references: names.compactMap { try? Reference(parsing: $0) },
            knownID: (row["id"] as String?).flatMap { Digest($0) }, added: row["added"], used: row["used"],
            size: layers.map { $0["tar_bytes"] as Int64? ?? 0 }.sizeSum)
    }

    /// The image if all its layers are there; else the store forgets the layer, and with it the image.
    private func usable(_ found: NamedImage?) throws(ImageError) -> NamedImage? {
        guard let found else { return nil }
        for layer in found.image.layers where !exists(layer) {
            try forget(layer, because: "is missing")
            return nil
        }
        return found
    }

    // MARK: - names

    /// Gives an image that is in the store one more name.
    package func tag(_ image: StoredImage, as reference: Reference) throws(ImageError) {
        try putBlocking(image, references: [reference])
    }

    /// Takes a name away; false when there was none. The image stays, without a name it may be pruned.
    package func untag(_ reference: Reference) throws(ImageError) -> Bool {
        try write("remove a name") { database in
            try database.execute(sql: "DELETE FROM names WHERE name = ?", arguments: [Self.name(reference)])
            return database.changesCount > 0
        }
    }

    /// Removes an image with its names, and the layers that nothing else needs; those of the build cache stay.
    package func remove(_ image: StoredImage) async throws(ImageError) {
        try write("remove an image") { database in
            try database.execute(sql: "DELETE FROM images WHERE key = ?", arguments: [image.key.description])
        }
        try await DedicatedThread.run { () throws(ImageError) in
            _ = try self.removeUnneededSnapshots(usedBefore: self.oldestUse(isOver: true))
        }
    }

    // MARK: - ids

    /// The image's id: the digest of its configuration with the digests of its layers, as Docker shows it. Hashes
    /// layers that were never hashed, several at a time, and remembers.
    package func imageID(of image: StoredImage) async throws(ImageError) -> Digest {
        if let original = image.originalConfiguration { return Digest.sha256(of: original) }
        let key = image.key.description
        let known = try read("look for an image's id") { database in
            try String.fetchOne(database, sql: "SELECT id FROM images WHERE key = ?", arguments: [key])
        }
        if let known, let id = Digest(known) { return id }
        let id = Digest.sha256(of: try await finalConfiguration(of: image))
        try write("record an image's id") { database in
            try database.execute(
                sql: "UPDATE images SET id = ? WHERE key = ?", arguments: [id.description, key])
        }
        return id
    }

    /// The bytes of the configuration that names its layers by digest: what is saved, pushed, and hashed for the id.
    package func finalConfiguration(of image: StoredImage) async throws(ImageError) -> [UInt8] {
        if let original = image.originalConfiguration { return original }
        var configuration = image.configuration
        configuration.diffIDs = try await diffIDs(of: image.layers)
        return configuration.encoded
    }

    /// The same for layers that were hashed already; others are hashed on this thread.
    func hashedConfiguration(of image: StoredImage) throws(ImageError) -> [UInt8] {
        if let original = image.originalConfiguration { return original }
        var configuration = image.configuration
        configuration.diffIDs = []
        for layer in image.layers { configuration.diffIDs.append(try archive(of: layer).diffID) }
        return configuration.encoded
    }
}
