import Foundation
import GRDB
import OCI
import SystemPackage
import Testing

@testable import Images

/// What the database's log holds must be read by whoever opens the store, so it is kept short.
@Suite("The log of the store's database")
struct StoreLogTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func logBytes() throws -> Int {
        let path = scratch.file("store/store.sqlite-wal").string
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        return try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    private func fill(_ store: Store) throws {
        for number in 0..<40 {
            try store.noteCacheMount("mount \(number)", bytes: 1)
        }
    }

    @Test func `who has written much empties it, and loses nothing`() throws {
        let store = try scratch.store()
        store.leaveDatabaseOpen()
        try fill(store)
        try #require(logBytes() > 128 << 10)
        store.emptyLog(unwritten: 1 << 20)
        #expect(try logBytes() == 0)
        let again = try scratch.store()
        #expect(try again.cacheEntries().count == 40)
    }

    /// On most file systems to wait for one file is to wait for all that was written just before.
    @Test(arguments: [nil, 8 << 20] as [Int64?])
    func `nobody waits for the disk while there is much to write`(unwritten: Int64?) throws {
        let store = try scratch.store()
        store.leaveDatabaseOpen()
        try fill(store)
        let bytes = try logBytes()
        store.emptyLog(unwritten: unwritten)
        #expect(try logBytes() == bytes)
    }

    @Test func `who is reading is not waited for`() throws {
        let store = try scratch.store()
        let other = try scratch.store()
        store.leaveDatabaseOpen()
        try fill(store)
        let entries = try other.database.read { database in
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM cache_mounts")
            // Would wait for this reader for half a minute, and for ever in this test.
            store.emptyLog(unwritten: 0)
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM cache_mounts")
        }
        #expect(entries == 40)
    }

    @Test func `the image built last is known, whatever was loaded since`() async throws {
        let store = try scratch.store()
        #expect(try store.layersBuiltLast().isEmpty)
        let one = try await store.importLayer(from: .bytes(TestArchive.of([TestArchive.file("a", "a")])), exact: false)
        let two = try await store.importLayer(from: .bytes(TestArchive.of([TestArchive.file("b", "b")])), exact: false)
        let configuration = ImageConfiguration(config: ContainerConfiguration())
        try await store.put(StoredImage(layers: [one.snapshot], configuration: configuration, origin: .built))
        try await store.put(StoredImage(layers: [two.snapshot], configuration: configuration, origin: .loaded))
        #expect(try store.layersBuiltLast() == [one.snapshot])
    }
}
