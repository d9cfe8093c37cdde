/// What an image has beyond a base: every entry of every layer over it, what later layers hide included.
package struct ImageDelta: Sendable, Hashable, Codable {
    package var against: Against
    /// Sorted by layer, then by path.
    package var entries: [Entry]
    /// Entries that were left out because there are too many.
    package var omitted: Int
    /// The content of all files, those left out too, in bytes.
    package var fileBytes: Int64

    /// More entries than this are counted, not listed: no person reads them, and a store of observations stays small.
    package static let maximumEntries = 20_000

    package init(against: Against, entries: [Entry] = [], omitted: Int = 0, fileBytes: Int64 = 0) {
        self.against = against
        self.entries = entries
        self.omitted = omitted
        self.fileBytes = fileBytes
    }

    package enum Against: Sendable, Hashable, Codable {
        /// The lesson's base, whose layers the image starts with.
        case base(String)
        /// The lesson's base, though the image stands on something else: the two file trees are compared.
        case tree(String)
        /// Nothing: every file counts.
        case scratch
    }

    package struct Entry: Sendable, Hashable, Codable {
        package var path: ImagePath
        package var change: Change
        package var kind: LayerTable.Kind
        package var size: Int64
        package var mode: UInt16
        /// The layer, counted from 1 above the base.
        package var layer: Int
        /// The layer's id, by which the step that made it is found.
        package var layerID: String
        /// A later layer deletes or replaces it; the bytes are in the image all the same.
        package var isHidden: Bool
        /// Where the entry leads, for a symbolic link.
        package var target: [UInt8]?
        package var content: FileContent?
        package var origin: Origin?

        package init(
            path: ImagePath, change: Change, kind: LayerTable.Kind, size: Int64 = 0, mode: UInt16 = 0o644,
            layer: Int = 1, layerID: String = "", isHidden: Bool = false, target: [UInt8]? = nil,
            content: FileContent? = nil, origin: Origin? = nil
        ) {
            self.path = path
            self.change = change
            self.kind = kind
            self.size = size
            self.mode = mode
            self.layer = layer
            self.layerID = layerID
            self.isHidden = isHidden
            self.target = target
            self.content = content
            self.origin = origin
        }
    }

    package enum Change: String, Sendable, Hashable, Codable {
        case added
        case changed
        case removed
    }
}

/// What a file is, by its first bytes.
package enum FileContent: Sendable, Hashable, Codable {
    case elf(ELFSummary)
    /// Starts with `#!`; what follows.
    case script(String)
    case text
    case binary
    case empty

    package var isELF: Bool { if case .elf = self { true } else { false } }

    /// For messages: "a shell script", "a program (ELF)".
    package var phrase: String {
        switch self {
        case .elf(let elf):
            if elf.type == .relocatable {
                "an object file"
            } else if elf.type == .shared, elf.interpreter == nil, !elf.needed.isEmpty {
                "a library (ELF)"
            } else {
                "a program (ELF)"
            }
        case .script(let interpreter):
            interpreter.hasSuffix("sh") ? "a shell script" : "a script"
        case .text: "a text file"
        case .binary: "neither a program nor a text"
        case .empty: "an empty file"
        }
    }
}
