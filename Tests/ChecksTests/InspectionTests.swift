import Images
import SystemPackage
import Testing

@testable import Checks

/// Layers laid over one another: what each changes, and what is wasted, each byte once.
@Suite struct InspectionTests {
    private static func file(_ path: String, _ size: Int64, mode: UInt32 = 0o644, time: Int64 = 1) -> LayerEntry {
        LayerEntry(path: FilePath(path), kind: .file, mode: mode, size: size, modified: FileTime(seconds: time))
    }

    private static func directory(_ path: String, mode: UInt32 = 0o755, opaque: Bool = false) -> LayerEntry {
        LayerEntry(path: FilePath(path), kind: .directory(opaque: opaque), mode: mode)
    }

    private static func link(_ path: String, to other: String) -> LayerEntry {
        LayerEntry(path: FilePath(path), kind: .hardLink, mode: 0o644, linkTarget: Array(other.utf8))
    }

    private static func gone(_ path: String) -> LayerEntry {
        LayerEntry(path: FilePath(path), kind: .whiteout, mode: 0)
    }

    private static func inspect(base: Int = 1, _ layers: [LayerEntry]...) -> ImageInspection {
        ImageInspection(
            layers.enumerated().map { number, entries in
                .init(
                    id: "l\(number)", listing: LayerListing(entries: [directory("")] + entries),
                    archiveBytes: 1024)
            }, baseCount: base)
    }

    private static let base = [directory("etc"), file("etc/motd", 100), file("etc/passwd", 50)]

    @Test func countsWhatALaterLayerDeletesOnce() {
        let inspection = Self.inspect(Self.base, [Self.file("big", 1000)], [Self.gone("big")])
        #expect(inspection.wastedBytes == 1000)
        #expect(inspection.waste.map(\.path) == [ImagePath("/big")])
        #expect(inspection.waste.first?.hiddenBy == 2)
        #expect(inspection.waste.first?.isReplaced == false)
        #expect(inspection.layers.map(\.wastedBytes) == [0, 1000, 0])
        #expect(inspection.efficiency == 0)
        #expect(inspection.layers[2].changes.map(\.change) == [.removed])
        #expect(inspection.layers[2].changes.map(\.hiddenBytes) == [1000])
    }

    @Test func countsEachOldVersionOnceAndTheNewOneNever() {
        let inspection = Self.inspect(
            Self.base, [Self.file("x", 100)], [Self.file("x", 200, time: 2)], [Self.file("x", 300, time: 3)])
        #expect(inspection.wastedBytes == 300)
        #expect(inspection.addedContentBytes == 600)
        #expect(inspection.efficiency == 0.5)
        #expect(inspection.waste.allSatisfy { $0.isReplaced })
    }

    @Test func doesNotCountTheBaseAsTheAuthors() {
        let inspection = Self.inspect(Self.base, [Self.gone("etc/motd"), Self.file("etc/passwd", 60, time: 2)])
        #expect(inspection.wastedBytes == 0)
        #expect(inspection.hiddenBaseBytes == 150)
        #expect(inspection.efficiency == 1)
        // Two layers of a base: what the second hides of the first is nobody's here.
        let two = Self.inspect(base: 2, [Self.file("x", 100)], [Self.gone("x")], [Self.file("y", 1)])
        #expect(two.wastedBytes == 0)
        #expect(two.hiddenBaseBytes == 0)
    }

    @Test func countsAFileOfSeveralNamesWhenTheLastIsGone() {
        let linked = [Self.file("a", 500), Self.link("b", to: "a")]
        #expect(Self.inspect(Self.base, linked, [Self.gone("a")]).wastedBytes == 0)
        let both = Self.inspect(Self.base, linked, [Self.gone("a"), Self.gone("b")])
        #expect(both.wastedBytes == 500)
        #expect(both.waste.count == 1)
    }

    @Test func goesDownIntoDeletedAndOpaqueDirectories() {
        let tree = [Self.directory("d"), Self.directory("d/e"), Self.file("d/e/x", 10), Self.file("d/y", 20)]
        let deleted = Self.inspect(Self.base, tree, [Self.gone("d")])
        #expect(deleted.wastedBytes == 30)
        #expect(deleted.layers[2].changes.first?.hiddenFiles == 2)
        #expect(deleted.files.map(\.path.string) == ["/etc/motd", "/etc/passwd"])
        let opaque = Self.inspect(Self.base, tree, [Self.directory("d", opaque: true), Self.file("d/z", 1)])
        #expect(opaque.wastedBytes == 30)
        #expect(opaque.files.map(\.path.string).contains("/d/z"))
    }

    @Test func tellsAChangedModeFromChangedContent() {
        let inspection = Self.inspect(
            Self.base,
            [Self.directory("etc"), Self.file("etc/motd", 100, mode: 0o600), Self.file("etc/passwd", 70, time: 2)])
        let changes = inspection.layers[1].changes
        #expect(changes.map(\.path.string) == ["/etc/motd", "/etc/passwd"])
        #expect(changes.map(\.aspects) == [[.mode], [.content]])
    }

    @Test func isWholeWhenThereIsNothing() {
        #expect(Self.inspect(base: 0).efficiency == 1)
        #expect(Self.inspect(base: 0).totalBytes == 0)
        #expect(Self.inspect(base: 9, Self.base).baseCount == 1)
        #expect(Self.inspect(base: 1, Self.base, []).efficiency == 1)
    }

    @Test func survivesSizesThatAnArchiveOnlyClaims() {
        let inspection = Self.inspect(
            base: 0, [Self.file("a", .max), Self.file("b", .max)], [Self.gone("a"), Self.gone("b")])
        #expect(inspection.wastedBytes == .max)
        #expect(inspection.efficiency == 0)
    }

    @Test func listsTheLargestThatCanBeSeen() {
        let inspection = Self.inspect(
            Self.base, [Self.file("big", 1000), Self.file("small", 1), Self.link("twin", to: "small")],
            [Self.gone("big")])
        #expect(inspection.largest(2).map(\.path.string) == ["/etc/motd", "/etc/passwd"])
    }

    @Test func comparesTwoImages() {
        func sources(_ id: String, _ entries: [LayerEntry]) -> [ImageInspection.Source] {
            [
                .init(id: "base", listing: LayerListing(entries: Self.base), archiveBytes: 1),
                .init(id: id, listing: LayerListing(entries: entries), archiveBytes: 1),
            ]
        }
        let a = sources("a", [Self.file("x", 10), Self.file("same", 5), Self.file("only", 1), Self.file("bytes", 4)])
        let b = sources(
            "b", [Self.file("x", 11, mode: 0o755), Self.file("same", 5), Self.gone("etc/motd"), Self.file("bytes", 4)])
        let comparison = ImageComparison(a, b) { first, _ in first.path != ImagePath("/bytes") }
        #expect(comparison.sharedLayers == 1)
        #expect(comparison.onlyFirst.map(\.path.string) == ["/etc/motd", "/only"])
        #expect(comparison.onlySecond.isEmpty)
        #expect(comparison.changed.map(\.path.string) == ["/bytes", "/x"])
        #expect(comparison.changed.map(\.aspects) == [[.content], [.content, .mode]])
        #expect(comparison.equalCount == 2)
        #expect(ImageComparison(a, a) { _, _ in false }.differences.isEmpty)
    }
}
