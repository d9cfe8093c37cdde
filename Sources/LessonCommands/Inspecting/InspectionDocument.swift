import Checks
import OCI

/// `lesson inspect --json`; the keys are described in docs/inspect.md.
struct InspectionDocument: Encodable {
    struct Image: Encodable {
        var name: String
        /// Where it was found: `store`, `built`, `archive`, `layout`, `registry`, `daemon`.
        var source: String
        var platform: String
        var created: String?
    }

    struct Base: Encodable {
        var name: String?
        var layers: Int
    }

    struct Sums: Encodable {
        var total: Int64
        var base: Int64
        var added: Int64
        var addedContent: Int64
        var wasted: Int64
        var hiddenInBase: Int64
        var efficiency: Double
    }

    struct Step: Encodable {
        var stage: Int
        var stageName: String?
        var instruction: String
        var text: String
        var file: String
        var line: Int
        var isCached: Bool
    }

    struct Count: Encodable {
        var added: Int
        var changed: Int
        var removed: Int
    }

    struct Entry: Encodable {
        var path: String
        var change: String
        var kind: String
        var size: Int64
        var mode: String
        var uid: UInt32
        var gid: UInt32
        var target: String?
        var aspects: [String]
        var hiddenFiles: Int
        var hiddenBytes: Int64
        /// The number of the layer that takes it away.
        var hiddenBy: Int?
        var origin: OriginDocument?
    }

    struct Layer: Encodable {
        /// From 1, the lowest.
        var number: Int
        var isBase: Bool
        var size: Int64
        var contentSize: Int64
        var wasted: Int64
        var createdBy: String?
        var step: Step?
        var counts: Count
        var entries: [Entry]
    }

    struct File: Encodable {
        var path: String
        var size: Int64
        var layer: Int
        var isBase: Bool
        var origin: OriginDocument?
    }

    struct Waste: Encodable {
        var path: String
        var size: Int64
        var layer: Int
        var hiddenBy: Int
        var how: String
    }

    var image: Image
    var base: Base
    var sizes: Sums
    var layers: [Layer]
    var largest: [File]
    var wasted: [Waste]
}

/// The origin of a file, for programs.
struct OriginDocument: Encodable {
    struct Link: Encodable {
        var stage: Int
        var stageName: String?
        var file: String
        var line: Int
        var text: String
        var path: String
        var relation: String
        var isPartOfTree: Bool
        var detail: String?
        var replaced: String?
        var replacedLine: Int?
    }

    var end: String
    /// The image, base or context file where it began.
    var from: String?
    /// Its path there.
    var path: String?
    var chain: [Link]

    init(_ origin: Origin, dockerfile: String) {
        switch origin.end {
        case .built: end = "built"
        case .context(let path): (end, from) = ("context", String(path.description.dropFirst()))
        case .image(let name): (end, from) = ("image", name)
        case .base(let name): (end, from) = ("base", name)
        case .inline: end = "inline"
        case .url: end = "url"
        case .unknown: end = "unknown"
        }
        path = origin.endPath?.description
        chain = origin.chain.map { link in
            var out = Link(
                stage: link.stage, stageName: link.stageName, file: dockerfile, line: link.line, text: link.text,
                path: link.path.description, relation: link.relation.rawValue, isPartOfTree: link.isPartOfTree,
                detail: link.detail)
            switch link.replaced {
            case .base: out.replaced = "base"
            case .line(let line): (out.replaced, out.replacedLine) = ("step", line)
            case nil: break
            }
            return out
        }
    }
}
