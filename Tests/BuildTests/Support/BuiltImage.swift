import OCI

/// An image as somebody else's tool would see it: the archive that `docker build --output` wrote.
struct BuiltImage {
    let config: JSON
    /// The file tree: path to a line that says everything about it.
    let tree: [String: String]
    /// The same without what the image adds to its first layer.
    let base: [String: String]
    let layerCount: Int

    init(archive bytes: [UInt8]) throws {
        let files = Dictionary(
            TarFile(bytes).entries.map { ($0.path, $0.content) }, uniquingKeysWith: { first, _ in first })
        func document(_ path: String) throws -> JSON { try JSON(parsing: Array(files[path] ?? [])) }
        func blob(_ json: JSON?) -> String {
            "blobs/" + (json?["digest"]?.string ?? "").replacing(":", with: "/")
        }
        let index = try document("index.json")
        let manifest = try document(blob(index["manifests"]?.array?.first))
        config = try document(blob(manifest["config"]))
        let layers = manifest["layers"]?.array ?? []
        layerCount = layers.count
        var tree = FileTree()
        var base: [String: String] = [:]
        for (number, layer) in layers.enumerated() {
            tree.apply(TarFile(Array(files[blob(layer)] ?? [])))
            if number == 0 { base = tree.lines }
        }
        self.tree = tree.lines
        self.base = base
    }
}

/// Layers, one over the other.
struct FileTree {
    private final class Node {
        var entry: TarFile.Entry
        init(_ entry: TarFile.Entry) { self.entry = entry }
    }

    private var nodes: [String: Node] = [:]

    private mutating func remove(_ path: String, itself: Bool) {
        if itself { nodes[path] = nil }
        let prefix = path.isEmpty ? "" : path + "/"
        for other in nodes.keys where other.hasPrefix(prefix) && other != path { nodes[other] = nil }
    }

    mutating func apply(_ layer: TarFile) {
        func split(_ entry: TarFile.Entry) -> (path: String, directory: String, name: String) {
            let parts = entry.path.split(separator: "/").filter { $0 != "." }.map(String.init)
            return (parts.joined(separator: "/"), parts.dropLast().joined(separator: "/"), parts.last ?? "")
        }
        for entry in layer.entries {
            let (_, directory, name) = split(entry)
            if name == ".wh..wh..opq" {
                remove(directory, itself: false)
            } else if name.hasPrefix(".wh.") {
                remove((directory.isEmpty ? "" : directory + "/") + name.dropFirst(4), itself: true)
            }
        }
        for entry in layer.entries {
            let (path, _, name) = split(entry)
            if path.isEmpty || name.hasPrefix(".wh.") { continue }
            if entry.type == UInt8(ascii: "1") {
                let target = entry.link.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
                if let node = nodes[target] { nodes[path] = node }
                continue
            }
            let wasDirectory = nodes[path]?.entry.type == UInt8(ascii: "5")
            if wasDirectory, entry.type != UInt8(ascii: "5") { remove(path, itself: true) }
            nodes[path] = Node(entry)
        }
    }

    /// One line for each path.
    var lines: [String: String] {
        var names: [ObjectIdentifier: [String]] = [:]
        for (path, node) in nodes { names[ObjectIdentifier(node), default: []].append(path) }
        return nodes.reduce(into: [:]) { lines, item in
            let entry = item.value.entry
            let mode = String(entry.mode & 0o7777, radix: 8)
            let owner = "\(entry.uid):\(entry.gid)"
            let others = (names[ObjectIdentifier(item.value)] ?? []).filter { $0 != item.key }.sorted()
            let also = others.isEmpty ? "" : " = " + others.joined(separator: ", ")
            switch entry.type {
            case UInt8(ascii: "5"): lines[item.key] = "directory \(mode) \(owner)"
            case UInt8(ascii: "2"): lines[item.key] = "link \(owner) -> \(entry.link)"
            case UInt8(ascii: "6"): lines[item.key] = "fifo \(mode) \(owner)"
            default: lines[item.key] = "file \(mode) \(owner) \(Self.words(entry.content))\(also)"
            }
        }
    }

    /// Short text as it is, other content by size and digest.
    private static func words(_ content: ArraySlice<UInt8>) -> String {
        if content.count <= 120, let text = String(validating: content, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ $0.value >= 32 || $0 == "\n" || $0 == "\t" })
        {
            return JSON.string(text).text
        }
        return "\(content.count) bytes \(Digest.sha256(of: content).short)"
    }
}

extension JSON {
    var text: String { String(decoding: encoded, as: UTF8.self) }
}
