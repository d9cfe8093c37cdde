import Foundation
import GRDB
import Glibc
import Linux
package import OCI
import SystemPackage

/// A container of the store.
package struct StoredContainer: Hashable, Sendable {
    package var record: ContainerRecord
    /// Its file tree; nil while it runs, when only the process that runs it has that.
    package var image: StoredImage?
}

/// A container on its way: its name is taken, and others see it run.
package struct ContainerClaim: Sendable {
    package let record: ContainerRecord
    let path: FilePath
    /// Held as long as the process that runs the container lives.
    let lock: OwnedDescriptor
}

/// Containers: those that run are files in `containers/`, locked by the process that runs them; those that have ended
/// are images that no list of images shows, so that their layers are kept and counted as any others are.
extension Store {
    private static let prefix = "container/"

    private func containersFolder() throws(ImageError) -> FilePath {
        let folder = location.appending("containers")
        try Self.makeFolder(folder)
        return folder
    }

    /// Takes the container's name and shows it as running.
    ///
    /// - Throws: `.inUse` when another container has the name.
    package func claim(_ record: ContainerRecord) throws(ImageError) -> ContainerClaim {
        let folder = try containersFolder()
        // One at a time, so that of two who want a name one gets it.
        let gate = OwnedDescriptor(try FileLock.open(folder.appending("gate.lock")))
        guard flock(gate.rawValue, LOCK_EX) == 0 else { throw .system("cannot lock the containers") }
        if let other = try containers().first(where: { $0.record.name == record.name }) {
            throw ImageError(
                .inUse,
                "Conflict. The container name \"/\(record.name)\" is already in use by container \"\(other.record.id)\". "
                    + "You have to remove (or rename) that container to be able to reuse that name",
                hint: "`docker rm \(record.name)` removes it; `--rm` removes a container when it ends")
        }
        let path = folder.appending(record.id)
        guard let lock = try FileLock.tryExclusive(path) else { throw .system("cannot lock \(path)") }
        var running = record
        running.state = .running
        let sink = DescriptorSink(descriptor: lock.rawValue, name: path.string)
        try sink.write(running.json.encoded)
        try sink.flush()
        return ContainerClaim(record: running, path: path, lock: lock)
    }

    /// Gives the name of a container back that leaves nothing.
    package func release(_ claim: ContainerClaim) { FileLock.release(claim.lock, claim.path) }

    /// Keeps a container that has ended.
    package func keep(
        _ record: ContainerRecord, layers: [SnapshotID], platform: Platform, _ claim: ContainerClaim
    ) async throws(ImageError) {
        defer { release(claim) }
        let image = StoredImage(
            layers: layers,
            configuration: ImageConfiguration(
                created: record.created, platform: platform, config: record.configuration),
            origin: .container, buildRecord: record.json.encoded)
        try await put(image, durable: false)
        try write("name a container") { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO names (name, image) VALUES (?, ?)",
                arguments: [Self.prefix + record.id, image.key.description])
        }
    }

    /// All containers, the newest first.
    package func containers() throws(ImageError) -> [StoredContainer] {
        var all = try runningContainers().map { StoredContainer(record: $0, image: nil) }
        let running = Set(all.map(\.record.id))
        let kept = try read("list the containers") { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM images WHERE origin = ?",
                arguments: [StoredImage.Origin.container.rawValue]
            ).compactMap { try self.image(from: $0, database)?.image }
        }
        for image in kept {
            guard let bytes = image.buildRecord, let json = try? JSON(parsing: bytes),
                let record = ContainerRecord(json: json), !running.contains(record.id)
            else { continue }
            all.append(StoredContainer(record: record, image: image))
        }
        return all.sorted { ($1.record.created, $0.record.id) < ($0.record.created, $1.record.id) }
    }

    private func runningContainers() throws(ImageError) -> [ContainerRecord] {
        let folder = try containersFolder()
        var running: [ContainerRecord] = []
        do throws(LinuxError) {
            let directory = try RootedDirectory(at: folder)
            for entry in try directory.entries() where entry.name.string.utf8.count == 64 {
                let name = FilePath(root: nil, [entry.name])
                guard let (file, _) = try? directory.openRegularFile(name) else { continue }
                // Whoever could have the lock finds what a process left that was killed.
                guard flock(file.rawValue, LOCK_SH | LOCK_NB) != 0 else {
                    unlink(folder.appending(entry.name).string)
                    continue
                }
                if let bytes = try? directory.readFile(name, limit: 1 << 20), let json = try? JSON(parsing: bytes),
                    let record = ContainerRecord(json: json)
                {
                    running.append(record)
                }
            }
        } catch {
            throw ImageError(error)
        }
        return running
    }

    /// The container of a name, of an id, or of the first digits of one.
    package func container(matching text: String) throws(ImageError) -> StoredContainer? {
        let all = try containers()
        let name = text.hasPrefix("/") ? String(text.dropFirst()) : text
        if let found = all.first(where: { $0.record.name == name || $0.record.id == text }) { return found }
        let matches = text.isEmpty ? [] : all.filter { $0.record.id.hasPrefix(text) }
        guard matches.count <= 1 else {
            throw ImageError(
                .ambiguous, "\(matches.count) containers have an id that begins with \(text)",
                hint: "give more digits of the id")
        }
        return matches.first
    }

    /// Removes a container that has ended, and the layers that nothing else needs.
    package func remove(_ container: StoredContainer) async throws(ImageError) {
        guard let image = container.image else {
            throw ImageError(
                .inUse,
                "You cannot remove a running container \(container.record.id). Stop the container before attempting removal",
                hint: "end its program first")
        }
        try await remove(image)
        // The layer of a container belongs to it alone and goes at once, however lately it was used.
        guard let layer = image.layers.last else { return }
        try await DedicatedThread.run { () throws(ImageError) in
            _ = try self.removeUnneededSnapshots(only: layer, usedBefore: .max)
        }
    }
}
