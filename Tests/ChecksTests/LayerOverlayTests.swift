import Testing

@testable import Checks

/// Layers laid over one another in one pass, compared with a model that takes one entry after the other.
@Suite struct LayerOverlayTests {
    /// Numbers that are the same each time.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) | (state << 31)
        }
    }

    /// A layer as a store may hold it: each directory is listed before what is in it, names whose bytes stand before and
    /// behind a slash among them.
    private static func layer(_ id: String, _ random: inout Numbers) -> LayerTable {
        var entries = [Samples.directory("/")]
        func fill(_ directory: String, _ depth: Int) {
            let names = ["a", "a.b", "a-", "a0", "b", "\u{1}"].shuffled(using: &random)
            for name in names.prefix(Int.random(in: 0...4, using: &random)).sorted(by: <) {
                let path = "\(directory)/\(name)"
                switch Int.random(in: 0..<9, using: &random) {
                case 0, 1: entries.append(Samples.file(path, Int64.random(in: 0...5, using: &random)))
                case 2: entries.append(Samples.entry(path, .whiteout))
                case 3: entries.append(Samples.entry(path, .symlink))
                case 4 where depth < 4:
                    entries.append(Samples.entry(path, .opaqueDirectory))
                    fill(path, depth + 1)
                case 5 where depth < 4:
                    // Deleted and made anew.
                    entries.append(Samples.entry(path, .whiteout))
                    entries.append(Samples.directory(path))
                    fill(path, depth + 1)
                default:
                    entries.append(Samples.directory(path, mode: Bool.random(using: &random) ? 0o755 : 0o700))
                    if depth < 4 { fill(path, depth + 1) }
                }
            }
        }
        fill("", 0)
        return LayerTable(id: id, entries: entries)
    }

    /// What can be seen, by path.
    private static func model(_ layers: [LayerTable]) -> [ImagePath: (layer: String, entry: LayerTable.Entry)] {
        var seen: [ImagePath: (layer: String, entry: LayerTable.Entry)] = [:]
        func remove(below path: ImagePath) {
            for other in Array(seen.keys) where other.suffix(below: path).map({ !$0.isEmpty }) == true {
                seen[other] = nil
            }
        }
        for layer in layers {
            for entry in layer.entries where entry.kind == .whiteout {
                seen[entry.path] = nil
                remove(below: entry.path)
            }
            for entry in layer.entries where entry.kind == .opaqueDirectory { remove(below: entry.path) }
            for entry in layer.entries where entry.kind != .whiteout {
                if !entry.kind.isDirectory { remove(below: entry.path) }
                seen[entry.path] = (layer.id, entry)
            }
        }
        return seen
    }

    @Test(arguments: UInt64(1)...60)
    func aTreeIsWhatTheModelSays(seed: UInt64) {
        var random = Numbers(state: seed)
        var layers = (0..<5).map { Self.layer("\($0)", &random) }
        let expected = Self.model(layers)
        // The order of a table's entries says nothing, but that a deletion comes before what is made anew.
        if seed % 2 == 0 {
            for index in layers.indices {
                let entries = layers[index].entries.shuffled(using: &random)
                layers[index].entries =
                    entries.filter { $0.kind == .whiteout } + entries.filter { $0.kind != .whiteout }
            }
        }
        let tree = FileTree(layers)
        #expect(Array(tree.paths).sorted() == expected.keys.sorted())
        #expect(Array(tree.paths) == expected.keys.sorted(by: ImagePath.precedesInTree))
        for (path, found) in expected {
            #expect(tree[path] == found.entry)
            #expect(tree.layer(of: path) == found.layer)
            #expect(tree.hasChildren(path) == expected.keys.contains { $0.parent == path })
            #expect(tree[path.appending([122])] == nil)
        }
    }

    /// Of a delta what is not hidden is what can be seen over the base.
    @Test(arguments: UInt64(100)...160)
    func aDeltaHidesWhatTheModelHides(seed: UInt64) {
        var random = Numbers(state: seed)
        let layers = (0..<5).map { Self.layer("\($0)", &random) }
        let delta = ImageDelta(layers: layers, over: [], against: .scratch)
        let seen = delta.entries.filter { !$0.isHidden && $0.change == .added }
        let expected = Self.model(layers).filter { !$0.key.isRoot }
        #expect(seen.map(\.path).sorted() == expected.keys.sorted())
        #expect(
            seen.filter { !$0.kind.isDirectory }.allSatisfy { expected[$0.path]?.layer == $0.layerID })
        let order = delta.entries.map { ($0.layer, $0.path) }
        #expect(zip(order, order.dropFirst()).allSatisfy { $0 <= $1 })
        // Everything that a layer brings is there, hidden or not, or stands for what was there before.
        let files = layers.flatMap(\.entries).count { !$0.kind.isDirectory && $0.kind != .whiteout }
        #expect(delta.entries.count { !$0.kind.isDirectory && $0.kind != .whiteout } == files)
    }

    @Test(arguments: UInt64(1)...20)
    func theOrderOfATreeIsThatOfItsNames(seed: UInt64) {
        var random = Numbers(state: seed)
        func name() -> [UInt8] {
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                [1, 45, 46, 48, 255].randomElement(using: &random) ?? 1
            }
        }
        // Names of dots are no names.
        let paths = (0..<60).map { _ in
            ImagePath(bytes: (0..<Int.random(in: 0...4, using: &random)).flatMap { _ in [47] + name() })
        }
        func names(_ path: ImagePath) -> [[UInt8]] { path.bytes.split(separator: 47).map(Array.init) }
        for a in paths {
            for b in paths {
                let (first, second) = (names(a), names(b))
                let expected = first.lexicographicallyPrecedes(second) { $0.lexicographicallyPrecedes($1) }
                #expect(ImagePath.precedesInTree(a, b) == expected)
                #expect((a == b) == (a.bytes.elementsEqual(b.bytes)))
                #expect((a < b) == a.bytes.lexicographicallyPrecedes(b.bytes))
                #expect(a.isBelow(b) == (first.count > second.count && first.starts(with: second)))
            }
        }
    }
}
