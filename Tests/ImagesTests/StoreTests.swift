import Foundation
import GRDB
import Linux
import OCI
import Synchronization
import SystemPackage
import Testing

@testable import Images

@Suite("The store")
struct StoreTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func snapshot(_ store: Store, _ text: String = "content") async throws -> SnapshotID {
        try await store.importLayer(from: .bytes(TestArchive.of([TestArchive.file("file", text)])), exact: false)
            .snapshot
    }

    private func image(_ layers: [SnapshotID], _ label: String = "") -> StoredImage {
        var config = ContainerConfiguration()
        config.labels["label"] = label
        return StoredImage(layers: layers, configuration: ImageConfiguration(config: config), origin: .built)
    }

    private func folders(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.file("store/\(name)").string)
    }

    @Test func `a snapshot begins with the root of the layer below`() async throws {
        let store = try scratch.store()
        var root = TarEntry(path: Array("./".utf8), kind: .directory, mode: 0o1711)
        root.uid = scratch.ids.isSingle ? 0 : 7
        let base = try await store.importLayer(from: .bytes(TestArchive.of([(root, [])])), exact: false)
        let pending = try store.begin(over: [base.snapshot])
        let made = try await store.commit(pending)
        let entry = try #require(store.listing(of: made).entries.first)
        #expect(entry.mode == 0o1711)
        #expect(entry.uid == root.uid)
    }

    @Test func `what is discarded or never committed leaves nothing`() async throws {
        var store: Store? = try scratch.store()
        let discarded = try store?.begin()
        if let discarded { store?.discard(discarded) }
        _ = try store?.begin()
        store = nil
        // The second was abandoned as by a killed process: its lock is free now.
        let next = try scratch.store()
        try await eventually { try folders("pending").isEmpty }
        #expect(try next.diskUsage().snapshots == 0)
        #expect(try folders("snapshots").isEmpty)
    }

    @Test func `a giant of nothing but holes takes next to nothing, however large it says it is`() async throws {
        let store = try scratch.store()
        let pending = try store.begin()
        let upper = try RootedDirectory(at: pending.upper)
        for name in ["a", "b"] {
            try upper.writeFile(FilePath(name), [1])
            #expect(truncate(pending.upper.appending(name).string, 1 << 40) == 0)
        }
        let layer = try await store.commit(pending)
        #expect(try store.listing(of: layer).contentBytes == 2 << 40)
        #expect(try store.tarBytes(of: layer) > 2 << 40)
        #expect(try store.diskUsage().totalBytes < 1 << 20)
    }

    @Test func `sizes whose sum is no number stop at the largest`() {
        // As a learner makes them with `truncate -s 7E` on a tmpfs.
        let giants = ["a", "b", "c"].map { LayerEntry(path: FilePath($0), kind: .file, mode: 0o644, size: .max - 1) }
        let listing = LayerListing(entries: giants)
        #expect(listing.contentBytes == .max)
        #expect(listing.tarBytes == .max)
    }

    @Test func `a step is found by its key until its layer is gone`() async throws {
        let store = try scratch.store()
        let key = Digest.sha256(of: "step")
        #expect(try store.cachedStep(key) == nil)
        let made = CachedStep(snapshot: try await snapshot(store), extra: [1, 0, 255])
        try store.recordStep(key, made)
        #expect(try store.cachedStep(key) == made)
        #expect(try scratch.store().cachedStep(key) == made)
        let empty = Digest.sha256(of: "no layer")
        try store.recordStep(empty, CachedStep(snapshot: nil))
        #expect(try store.cachedStep(empty) == CachedStep(snapshot: nil))
        let layer = try #require(made.snapshot)
        try FileManager.default.removeItem(atPath: store.folder(of: layer).string)
        #expect(try store.cachedStep(key) == nil)
        #expect(store.takeRepairs().contains { $0.contains("\(layer) in the store is missing") })
        #expect(try store.diskUsage().snapshots == 0)
    }

    @Test(
        "damage is found, named, and forgotten",
        arguments: [
            "printf x >> file", ": > file", "rm file", "touch extra", "chmod 600 file", "rm file; ln -s x file",
        ])
    func damage(command: String) async throws {
        let layer: SnapshotID
        let key = Digest.sha256(of: "k")
        do {
            let store = try scratch.store()
            layer = try await snapshot(store)
            try store.recordStep(key, CachedStep(snapshot: layer))
        }
        let store = try scratch.store()
        let changed = try await scratch.run("sh", "-ec", command, in: store.directory(of: layer))
        #expect(changed.succeeded)
        #expect {
            try store.verify([layer])
        } throws: { error in
            let error = error as? ImageError
            return error?.code == .corrupt
                && error?.message.contains(command.contains("extra") ? "/extra" : "/file") == true
        }
        #expect(try store.cachedStep(key) == nil)
        #expect(!store.exists(layer))
    }

    @Test func `content that changed behind its size is found when it is packed`() async throws {
        let store = try scratch.store()
        let layer = try await snapshot(store, "before")
        _ = try await store.diffID(of: layer)
        let script = "t=$(stat -c %Y file); printf afterx | head -c 6 > file; touch -d @$t file"
        #expect(try await scratch.run("sh", "-ec", script, in: store.directory(of: layer)).succeeded)
        #expect { try store.packBlocking(layer, into: MemorySink()) } throws: { ($0 as? ImageError)?.code == .corrupt }
    }

    /// A build that changes nothing writes nothing; that an image is used is noted once a minute.
    @Test(arguments: [(30, false), (100, true)] as [(Int64, Bool)])
    func `an image that is there is not recorded again`(_ age: Int64, _ isNoted: Bool) async throws {
        let store = try scratch.store()
        var image = image([try await snapshot(store)])
        image.buildRecord = [1, 2, 3]
        let name = try Reference(parsing: "name:1")
        try await store.put(image, references: [name])
        let used = Store.now - age
        try store.write("test") { try $0.execute(sql: "UPDATE images SET used = ?", arguments: [used]) }
        func noted() throws -> Bool {
            let now = try store.read("test") { try Int64.fetchOne($0, sql: "SELECT max(used) FROM images") }
            return now != used
        }
        try await store.put(image, references: [name])
        #expect(try noted() == isNoted)
        // Anything new about it is recorded, at any time.
        image.buildRecord = [4]
        try await store.put(image, references: [name])
        #expect(try noted())
        #expect(try store.image(named: name)?.image.buildRecord == [4])
        let other = try Reference(parsing: "name:2")
        try await store.put(image, references: [other])
        #expect(try store.image(named: other) != nil)
    }

    @Test func `an unsynced layer of another boot is not trusted`() async throws {
        let store = try scratch.store()
        let layer = try await snapshot(store)
        let key = Digest.sha256(of: "k")
        try store.recordStep(key, CachedStep(snapshot: layer))
        try await store.sync()
        try store.write("test") { try $0.execute(sql: "UPDATE snapshots SET unsynced = 'another boot'") }
        #expect(try store.cachedStep(key) == nil)
        #expect(store.takeRepairs().count == 1)
    }

    @Test func `images have names, and names move`() async throws {
        let store = try scratch.store()
        let one = image([try await snapshot(store, "1")])
        let two = image([try await snapshot(store, "22")])
        let name = try Reference(parsing: "thing")
        try await store.put(one, references: [name, Reference(parsing: "other:x")])
        #expect(try store.image(named: name)?.image == one)
        #expect(try store.image(named: name)?.references.map(\.familiar) == ["other:x", "thing:latest"])
        #expect(try store.image(named: name)?.size == 512 + 512 + 1024)
        try await store.put(two, references: [name])
        #expect(try store.image(named: Reference(parsing: "thing:latest"))?.image == two)
        #expect(try store.images().count == 2)
        let id = try await store.imageID(of: two)
        #expect(try await store.image(matching: String(id.hex.prefix(12)))?.image == two)
        #expect(try await store.image(matching: id.description)?.image == two)
        #expect(try await store.image(matching: "nothing") == nil)
        #expect(try store.untag(name))
        #expect(try !store.untag(name))
        #expect(try store.image(named: name) == nil)
        try await store.remove(two)
        #expect(try store.images().map(\.image) == [one])
    }

    @Test func `an id is the digest of the configuration with the digests of its layers`() async throws {
        let store = try scratch.store()
        let image = image([try await snapshot(store, "1"), try await snapshot(store, "2")])
        try await store.put(image)
        let id = try await store.imageID(of: image)
        let configuration = try ImageConfiguration(parsing: try await store.finalConfiguration(of: image))
        #expect(configuration.diffIDs.count == 2)
        #expect(Digest.sha256(of: configuration.encoded) == id)
        #expect(try store.images().first?.knownID == id)
    }

    @Test func `many layers hashed side by side keep their order`() async throws {
        let store = try scratch.store()
        var layers: [SnapshotID] = []
        for index in 0..<24 { layers.append(try await snapshot(store, "\(index)")) }
        let expected = (0..<24).map { Digest.sha256(of: TestArchive.of([TestArchive.file("file", "\($0)")])) }
        #expect(try await store.diffIDs(of: layers + layers.reversed()) == expected + expected.reversed())
    }

    @Test func `an image whose layer is gone is gone`() async throws {
        let store = try scratch.store()
        let layer = try await snapshot(store)
        try await store.put(image([layer]), references: [Reference(parsing: "a")])
        try FileManager.default.removeItem(atPath: store.folder(of: layer).string)
        #expect(try store.image(named: Reference(parsing: "a")) == nil)
        #expect(store.takeRepairs().count == 1)
        #expect(try store.images().isEmpty)
    }

    @Test func `pruning removes what nobody needs, the least recently used first`() async throws {
        let store = try scratch.store()
        var layers: [SnapshotID] = []
        for index in 0..<4 {
            let layer = try await snapshot(store, String(repeating: "x", count: 10_000 * (index + 1)))
            layers.append(layer)
            try store.recordStep(Digest.sha256(of: "\(index)"), CachedStep(snapshot: layer))
            try store.write("test") {
                try $0.execute(
                    sql: "UPDATE steps SET used = ? WHERE key = ?",
                    arguments: [1000 + index, Digest.sha256(of: "\(index)").description])
            }
        }
        try await store.put(image([layers[0]]), references: [Reference(parsing: "kept")])
        try await store.put(image([layers[1]], "dangling"))
        let usage = try store.diskUsage()
        #expect(usage.images == 2 && usage.danglingImages == 1 && usage.steps == 4 && usage.snapshots == 4)
        // Room for the newest step only.
        var request = PruneRequest()
        request.cacheLimit = 60_000
        let result = try await store.prune(request)
        #expect(result.images.count == 1)
        #expect(store.exists(layers[0]) && store.exists(layers[3]))
        #expect(!store.exists(layers[1]) && !store.exists(layers[2]))
        #expect(try store.cachedStep(Digest.sha256(of: "3")) != nil)
        #expect(try store.cachedStep(Digest.sha256(of: "2")) == nil)
        #expect(result.bytes > 50_000)
        request = PruneRequest()
        request.allImages = true
        let rest = try await store.prune(request)
        #expect(rest.names.map(\.familiar) == ["kept:latest"])
        #expect(try store.diskUsage().totalBytes == 0)
        #expect(try folders("snapshots").isEmpty)
    }

    /// Makes everything in the store look as if it was last used so long ago.
    private func age(_ store: Store, by seconds: Int64) throws {
        try store.write("test") { database in
            for table in ["steps", "snapshots", "images"] {
                try database.execute(sql: "UPDATE \(table) SET used = used - ?", arguments: [seconds])
            }
        }
    }

    @Test func `what another process uses is not pruned, what it does not use is`() async throws {
        let store = try scratch.store()
        let (used, unused) = (Digest.sha256(of: "used"), Digest.sha256(of: "unused"))
        for key in [used, unused] {
            try store.recordStep(key, CachedStep(snapshot: try await snapshot(store, "\(key)")))
        }
        let name = try Reference(parsing: "name")
        let layer = try await snapshot(store, "image")
        try await store.put(image([layer]), references: [name])
        try age(store, by: 100)
        // As another process would: it opens the store, then looks things up.
        let other = try scratch.store()
        #expect(try other.cachedStep(used) != nil)
        let found = try #require(try other.image(named: name))
        #expect(try other.untag(name))
        #expect(try await store.prune(PruneRequest()).steps == 1)
        #expect(try store.cachedStep(unused) == nil)
        let kept = try #require(try other.cachedStep(used)?.snapshot)
        #expect(other.exists(kept) && other.exists(layer))
        #expect(try other.images().map(\.image) == [found.image])
        // When it is gone, all goes.
        withExtendedLifetime(other) {}
        other.close()
        #expect(try await store.prune(PruneRequest()).steps == 1)
        #expect(try folders("snapshots").isEmpty)
        #expect(try folders("sessions").count == 1)
    }

    @Test func `who opens the store while it is pruned keeps what it finds`() async throws {
        let store = try scratch.store()
        let key = Digest.sha256(of: "step")
        try store.recordStep(key, CachedStep(snapshot: try await snapshot(store)))
        try await store.put(image([try await snapshot(store, "image")]), references: [Reference(parsing: "name")])
        let opened = Mutex<Store?>(nil)
        var request = PruneRequest()
        request.allImages = true
        // Asked after it was found out who is at work.
        request.images = { [scratch] _ in
            opened.withLock { opened in
                opened = try? scratch.store()
                #expect(throws: Never.self) { try opened?.cachedStep(key) != nil }
            }
            return false
        }
        #expect(try await store.prune(request).steps == 0)
        let other = try #require(opened.withLock { $0 })
        let found = try #require(try other.cachedStep(key)?.snapshot)
        #expect(other.exists(found))
        other.close()
        request.images = { _ in false }
        #expect(try await store.prune(request).steps == 1)
    }

    @Test func `a lease that ended holds nothing, one that goes on holds what it used`() async throws {
        let store = try scratch.store()
        let (first, second) = (Digest.sha256(of: "1"), Digest.sha256(of: "2"))
        for key in [first, second] {
            try store.recordStep(key, CachedStep(snapshot: try await snapshot(store, "\(key)")))
        }
        // Nothing was given back yet.
        #expect(try await store.shrink(to: 0, isOver: false)?.steps == 0)
        try age(store, by: 100)
        let lease = store.lease()
        #expect(try store.cachedStep(second) != nil)
        #expect(try await store.shrink(to: 0, isOver: false)?.steps == 1)
        #expect(try store.cachedStep(first) == nil)
        #expect(try store.cachedStep(second) != nil)
        withExtendedLifetime(lease) {}
    }

    @Test func `a cache mount that somebody holds is not pruned`() async throws {
        let store = try scratch.store()
        let key = Digest.sha256(of: "cache")
        let hold = try await store.holdCacheMount(key, sharing: .shared)
        let folder = try store.directory(of: hold) { _ in }
        try store.write("test") { try $0.execute(sql: "UPDATE cache_mounts SET used = 10") }
        let other = try scratch.store()
        #expect(try await other.prune(PruneRequest()).cache.isEmpty)
        #expect(access(folder.string, F_OK) == 0)
        #expect(try store.diskUsage().cacheMounts == 1)
        hold.release()
        #expect(try await other.prune(PruneRequest()).cache == [key.hex])
        #expect(access(folder.string, F_OK) != 0)
        #expect(try folders("cache-mounts").isEmpty)
        withExtendedLifetime(other) {}
    }

    @Test func `a cache mount is there when it is complete, not before`() async throws {
        let store = try scratch.store()
        let hold = try await store.holdCacheMount(Digest.sha256(of: "cache"), sharing: .shared)
        let lock = "\(hold.name).lock"
        #expect(throws: Errno.ioError) {
            try store.directory(of: hold) { path in
                try RootedDirectory(at: path).writeFile("half", [1])
                #expect(try folders("cache-mounts") == [lock])
                throw Errno.ioError
            }
        }
        #expect(try folders("cache-mounts") == [lock])
        // Two make it at once: what the first made counts.
        let folder = try store.directory(of: hold) { path in
            try RootedDirectory(at: path).writeFile("second", [1])
            _ = try store.directory(of: hold) { try RootedDirectory(at: $0).writeFile("first", [1]) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string) == ["first"])
        #expect(try store.directory(of: hold) { _ in Issue.record("it was there") } == folder)
        hold.release()
    }

    @Test func `a locked cache mount has one holder, a private one as many as there are directories`() async throws {
        let store = try scratch.store()
        let key = Digest.sha256(of: "cache")
        let first = try await store.holdCacheMount(key, sharing: .private)
        let second = try await store.holdCacheMount(key, sharing: .private)
        #expect(first.name == key.hex && second.name == "\(key.hex)-1")
        let waiting = Task { try await store.holdCacheMount(key, sharing: .locked) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        first.release()
        let locked = try await store.holdCacheMount(key, sharing: .locked)
        #expect(locked.name == key.hex)
        locked.release()
        second.release()
        let shared = try await store.holdCacheMount(key, sharing: .shared)
        #expect(try await store.holdCacheMount(key, sharing: .shared).name == shared.name)
        shared.release()
    }

    @Test func `who has a damaged database open does not blame the new one`() async throws {
        let path = scratch.file("store/store.sqlite")
        let old = try scratch.store()
        // Garbage in all pages but the first, which says that it is a database.
        try await old.database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        func damage() throws {
            let file = try FileDescriptor.open(path, .readWrite)
            defer { try? file.close() }
            let size = try file.seek(offset: 0, from: .end)
            _ = try file.writeAll(toAbsoluteOffset: 4096, Array(repeating: 0xa5, count: Int(size) - 4096))
        }
        old.database.releaseMemory()
        try damage()
        #expect(throws: ImageError.self) { try old.images() }
        let new = try scratch.store()
        #expect(new.takeRepairs().contains { $0.contains("damaged") })
        let key = Digest.sha256(of: "step")
        try new.recordStep(key, CachedStep(snapshot: nil))
        // It still has the old file in hand.
        #expect(throws: ImageError.self) { try old.images() }
        let next = try scratch.store()
        #expect(next.takeRepairs().isEmpty)
        #expect(try next.cachedStep(key) != nil)
        withExtendedLifetime((old, new)) {}
    }

    @Test func `the store is brought down to a size, and keeps images that have a name`() async throws {
        let store = try scratch.store()
        let big = String(repeating: "x", count: 100_000)
        let named = try await snapshot(store, "named" + big)
        try await store.put(image([named]), references: [Reference(parsing: "named")])
        let dangling = try await snapshot(store, "dangling" + big)
        try await store.put(image([dangling], "dangling"))
        for index in 0..<3 {
            let layer = try await snapshot(store, "\(index)" + big)
            try store.recordStep(Digest.sha256(of: "\(index)"), CachedStep(snapshot: layer))
            try store.write("test") {
                try $0.execute(
                    sql: "UPDATE steps SET used = ? WHERE key = ?",
                    arguments: [1000 - index, Digest.sha256(of: "\(index)").description])
            }
        }
        try FileManager.default.createDirectory(
            atPath: scratch.file("store/cache-mounts/abc").string, withIntermediateDirectories: true)
        try store.noteCacheMount("abc", bytes: 100_000)
        try store.write("test") { try $0.execute(sql: "UPDATE cache_mounts SET used = 10") }
        #expect(try await store.shrink(to: 1 << 30) == nil)
        let total = try store.diskUsage().totalBytes
        #expect(total > 600_000)
        // The cache mount was used longest ago, then step 2.
        let first = try #require(try await store.shrink(to: total - 150_000))
        #expect(first.cache.contains("abc") && first.steps == 1)
        #expect(try store.cachedStep(Digest.sha256(of: "2")) == nil)
        #expect(try folders("cache-mounts").isEmpty)
        #expect(try store.diskUsage().totalBytes <= total - 150_000)
        // The cache goes before an image without a name.
        _ = try await store.shrink(to: 250_000)
        #expect(store.exists(dangling) && store.exists(named))
        _ = try await store.shrink(to: 1000)
        #expect(!store.exists(dangling) && store.exists(named))
        #expect(try store.image(named: Reference(parsing: "named")) != nil)
    }

    @Test func `one runs a step, the others find it made`() async throws {
        let key = Digest.sha256(of: "k")
        let stores = try [scratch.store(), scratch.store()]
        let runs = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<12 {
                group.addTask {
                    let store = stores[index % 2]
                    try await store.withStepLock(key) { () async throws(ImageError) in
                        if try store.cachedStep(key) == nil {
                            await runs.add()
                            try store.recordStep(key, CachedStep(snapshot: nil))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await runs.count == 1)
        #expect(try folders("locks").isEmpty)
    }

    @Test func `many writers at once`() async throws {
        let stores = try (0..<3).map { _ in try scratch.store() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<30 {
                group.addTask {
                    let store = stores[index % 3]
                    let archive = TestArchive.of([TestArchive.file("f", "\(index)")])
                    let layer = try await store.importLayer(from: .bytes(archive), exact: false)
                    try store.recordStep(Digest.sha256(of: "\(index)"), CachedStep(snapshot: layer.snapshot))
                }
            }
            try await group.waitForAll()
        }
        for index in 0..<30 { #expect(try stores[0].cachedStep(Digest.sha256(of: "\(index)")) != nil) }
        #expect(try stores[0].diskUsage().snapshots == 30)
    }

    @Test(
        "a damaged database is told of, set aside and made anew",
        arguments: [
            "echo no database at all, but long enough to be looked at > store.sqlite", ": > store.sqlite",
            "truncate -s 5000 store.sqlite", "truncate -s 50 store.sqlite", "rm store.sqlite",
            "rm store.sqlite; mkdir store.sqlite",
            "sqlite3 store.sqlite 'PRAGMA user_version = 99'", "sqlite3 store.sqlite 'DROP TABLE steps'",
            "sqlite3 store.sqlite 'ALTER TABLE images RENAME COLUMN record TO other'",
            "dd if=/dev/zero of=store.sqlite bs=4096 seek=1 count=1000 conv=notrunc 2>&1",
        ])
    func database(_ command: String) async throws {
        let key = Digest.sha256(of: "k")
        let name = try Reference(parsing: "name")
        do {
            let store = try scratch.store()
            let layer = try await snapshot(store)
            try store.recordStep(key, CachedStep(snapshot: layer))
            try await store.put(image([layer]), references: [name])
            // All in the file, nothing in its log.
            try await store.sync()
            _ = try await store.database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        }
        let changed = try await scratch.run("sh", "-ec", command, in: scratch.file("store"))
        #expect(changed.succeeded, "\(changed.text)")
        var repairs: [String] = []
        var found: CachedStep?
        // Damage that only shows when something is looked up is mended by the next who opens the store.
        for _ in 0..<3 {
            do {
                let store = try scratch.store()
                repairs += store.takeRepairs()
                found = try store.cachedStep(key)
                _ = try store.image(named: name)
                repairs += store.takeRepairs()
                break
            } catch let error as ImageError {
                #expect(error.code == .corrupt)
            }
        }
        #expect(repairs.contains { $0.contains("database of the store") }, "\(repairs)")
        #expect(found == nil)
        // And works from then on.
        let store = try scratch.store()
        #expect(store.takeRepairs().isEmpty)
        try store.recordStep(key, CachedStep(snapshot: try await snapshot(store)))
        #expect(try scratch.store().cachedStep(key) != nil)
    }

    /// What turns a store of this version into one of an older, and whether its steps are believed.
    private static let older = [
        (
            """
            ALTER TABLE snapshots DROP COLUMN file_bytes;
            CREATE TABLE contents (snapshot TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
            INSERT INTO contents SELECT id, 12345 FROM snapshots; PRAGMA user_version = 2;
            """, true
        ),
        ("ALTER TABLE snapshots DROP COLUMN file_bytes; PRAGMA user_version = 2;", true),
        (
            """
            ALTER TABLE snapshots DROP COLUMN file_bytes; ALTER TABLE snapshots DROP COLUMN summary;
            ALTER TABLE snapshots DROP COLUMN content; ALTER TABLE steps DROP COLUMN seal; DROP TABLE cache_mounts;
            PRAGMA user_version = 1;
            """, false
        ),
    ]

    @Test(arguments: older)
    func `a store of a version before is brought up to date`(_ changes: String, _ isSealed: Bool) async throws {
        let key = Digest.sha256(of: "k")
        let name = try Reference(parsing: "name")
        let layer: SnapshotID
        do {
            let store = try scratch.store()
            layer = try await snapshot(store)
            try store.recordStep(key, CachedStep(snapshot: layer))
            try await store.put(image([layer]), references: [name])
            try store.write("test") { try $0.execute(sql: changes) }
        }
        let store = try scratch.store()
        // A step without a seal is run again.
        #expect(try store.cachedStep(key)?.snapshot == (isSealed ? layer : nil))
        #expect(try store.image(named: name)?.image.layers == [layer])
        try store.verify([layer])
        #expect(try store.contentBytes(of: layer) == 7)
        #expect(store.takeRepairs().isEmpty)
        let tables = try store.read("test") { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master") }
        #expect(!tables.contains("contents"))
    }

    @Test func `a step without a seal is run again`() async throws {
        let store = try scratch.store()
        let key = Digest.sha256(of: "k")
        try store.recordStep(key, CachedStep(snapshot: try await snapshot(store)))
        try store.write("test") { try $0.execute(sql: "UPDATE steps SET seal = NULL") }
        #expect(try store.cachedStep(key) == nil)
    }

    @Test func `rows that are not as they were written are not believed`() async throws {
        let store = try scratch.store()
        let key = Digest.sha256(of: "k")
        let (one, two) = (try await snapshot(store, "1"), try await snapshot(store, "2"))
        try store.recordStep(key, CachedStep(snapshot: one, extra: [1, 2, 3]))
        try await store.put(image([one]), references: [Reference(parsing: "name")])
        try store.write("test") { try $0.execute(sql: "UPDATE steps SET snapshot = ?", arguments: [two.description]) }
        #expect(try store.cachedStep(key) == nil)
        try store.write("test") {
            try $0.execute(sql: "UPDATE image_layers SET snapshot = ?", arguments: [two.description])
        }
        #expect(try store.image(named: Reference(parsing: "name")) == nil)
        #expect(store.takeRepairs().count == 2)
        // What is made again takes its place.
        try store.write("test") { try $0.execute(sql: "DELETE FROM image_layers") }
        try await store.put(image([one]), references: [Reference(parsing: "name")])
        #expect(try store.image(named: Reference(parsing: "name"))?.image == image([one]))
    }

    @Test func `a file that was changed and given its old size and time back is found out`() async throws {
        let layer: SnapshotID
        do { layer = try await snapshot(try scratch.store(), "before") }
        // Clocks of files tick a hundred times a second.
        let script = """
            cd snapshots/*/fs; t=$(stat -c %y file); while [ "$(stat -c %z file)" = "$(date +%s)" ]; do :; done
            printf behind > file; touch -d "$t" file
            """
        #expect(try await scratch.run("sh", "-ec", script, in: scratch.file("store")).succeeded)
        let store = try scratch.store()
        #expect { try store.verify([layer]) } throws: { ($0 as? ImageError)?.code == .corrupt }
        #expect(store.takeRepairs().contains { $0.contains("damaged") || $0.contains("changed") })
    }

    /// Reading all of a layer takes a while, in which nobody may take it for sound.
    @Test func `a layer is not believed while it is being compared`() async throws {
        let layer: SnapshotID
        do {
            let store = try scratch.store()
            layer = try await snapshot(store, String(repeating: "before", count: 4 << 20))
            _ = try await store.diffID(of: layer)
        }
        let script = "t=$(stat -c %y file); printf behind | dd of=file conv=notrunc; touch -d \"$t\" file"
        let store = try scratch.store()
        #expect(try await scratch.run("sh", "-ec", script, in: store.directory(of: layer)).succeeded)
        let believed = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    let seen = await DedicatedThread.result { () throws(ImageError) in try store.verify([layer]) }
                    if case .failure(let error) = seen { return error.code != .corrupt }
                    return true
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(believed == 0)
        #expect(store.takeRepairs().count == 1)
        #expect(!store.exists(layer))
    }

    /// By its digest, where it is known; else by its listing, as all of it is new.
    @Test(arguments: [true, false])
    func `a store that was copied is believed`(_ isDigestKnown: Bool) async throws {
        let loaded: SnapshotID
        do {
            let store = try scratch.store()
            let archive = TestArchive.of([TestArchive.file("file", "content")])
            loaded = try await store.importLayer(from: .bytes(archive), exact: isDigestKnown).snapshot
            #expect(try (store.knownDiffID(of: loaded) != nil) == isDigestKnown)
            _ = try await store.database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        }
        #expect(try await scratch.run("sh", "-ec", "cp -a store copy && rm -r store && mv copy store").succeeded)
        let store = try scratch.store()
        try store.verify([loaded])
        #expect(store.takeRepairs().isEmpty)
    }

    @Test func `ids are never paths`() {
        for text in ["", "../../../../../../etc/pass", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", String(repeating: "a", count: 25)]
        {
            #expect(SnapshotID(text) == nil)
        }
        #expect(SnapshotID(SnapshotID.random().description) != nil)
    }

    /// Waits for what happens in the background; fails when it does not.
    private func eventually(_ condition: () throws -> Bool) async throws {
        for _ in 0..<2000 where try !condition() { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try condition())
    }
}

actor Counter {
    private(set) var count = 0
    func add() { count += 1 }
}
