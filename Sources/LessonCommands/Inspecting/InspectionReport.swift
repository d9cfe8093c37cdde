import Checks
import Images
import OCI
import TerminalUI

/// An image that was looked at, with the origins of what will be shown.
struct InspectionReport: Sendable {
    let opened: OpenedImage
    let inspection: ImageInspection
    /// How many of the largest files are wanted.
    let top: Int
    /// Of changes and of the largest files: layer and path.
    private(set) var origins: [Key: Origin] = [:]

    struct Key: Hashable, Sendable {
        var layer: Int
        var path: ImagePath
    }

    /// Following a path costs reading, so not all of thousands are followed.
    private static let maximumOrigins = 1000

    init(_ opened: OpenedImage, top: Int = 10) async {
        self.opened = opened
        self.top = top
        inspection = opened.inspection
        guard var tracer = opened.tracer(searchesBases: false) else { return }
        var left = Self.maximumOrigins
        for (number, layer) in inspection.layers.enumerated() where !layer.isBase {
            for change in layer.changes where change.change != .removed && !change.kind.isDirectory && left > 0 {
                left -= 1
                origins[Key(layer: number, path: change.path)] = await tracer.origin(of: change.path, inLayer: layer.id)
            }
        }
    }

    var dockerfile: String { opened.graph?.dockerfile ?? "Dockerfile" }

    func origin(_ layer: Int, _ path: ImagePath) -> Origin? { origins[Key(layer: layer, path: path)] }

    /// What made a layer, in the words of the Dockerfile or of the image's history.
    func maker(of layer: Int) -> String {
        if let step = opened.step(of: layer) { return step.step.text }
        if let words = opened.histories[layer] { return words }
        return inspection.layers[layer].isBase ? opened.base.name ?? "" : ""
    }

    /// `Dockerfile:8`, where it is known.
    func place(of layer: Int) -> String? { opened.step(of: layer).map { "\(dockerfile):\($0.step.line)" } }

    /// - Parameter all: with the entries of the base's layers.
    func document(all: Bool) -> InspectionDocument {
        InspectionDocument(
            image: .init(
                name: opened.name, source: opened.place.rawValue, platform: "\(opened.image.configuration.platform)",
                created: opened.image.created.map { "\($0)" }),
            base: .init(name: opened.base.name, layers: inspection.baseCount),
            sizes: .init(
                total: inspection.totalBytes, base: inspection.baseBytes, added: inspection.addedBytes,
                addedContent: inspection.addedContentBytes, wasted: inspection.wastedBytes,
                hiddenInBase: inspection.hiddenBaseBytes, efficiency: inspection.efficiency),
            layers: inspection.layers.indices.map { layer($0, all: all) },
            largest: inspection.largest(top).map { file in
                .init(
                    path: file.path.description, size: file.size, layer: file.layer + 1,
                    isBase: file.layer < inspection.baseCount, origin: originDocument(file.layer, file.path))
            },
            wasted: inspection.waste.map { waste in
                .init(
                    path: waste.path.description, size: waste.bytes, layer: waste.layer + 1,
                    hiddenBy: waste.hiddenBy + 1, how: waste.isReplaced ? "replaced" : "removed")
            })
    }

    private func layer(_ number: Int, all: Bool) -> InspectionDocument.Layer {
        let layer = inspection.layers[number]
        return InspectionDocument.Layer(
            number: number + 1, isBase: layer.isBase, size: layer.archiveBytes, contentSize: layer.contentBytes,
            wasted: layer.wastedBytes, createdBy: opened.histories[number],
            step: opened.step(of: number).map { stage, index, step in
                .init(
                    stage: index, stageName: stage.name, instruction: step.kind, text: step.text, file: dockerfile,
                    line: step.line, isCached: step.isCached)
            },
            counts: .init(added: layer.count(.added), changed: layer.count(.changed), removed: layer.count(.removed)),
            entries: layer.isBase && !all
                ? []
                : layer.changes.map { change in
                    .init(
                        path: change.path.description, change: change.change.rawValue, kind: change.kind.rawValue,
                        size: change.size, mode: Self.octal(change.mode), uid: change.uid, gid: change.gid,
                        target: change.target.map { ImagePath.shown($0) },
                        aspects: change.aspects.map(\.rawValue), hiddenFiles: change.hiddenFiles,
                        hiddenBytes: change.hiddenBytes, hiddenBy: change.hiddenBy.map { $0 + 1 },
                        origin: originDocument(number, change.path))
                })
    }

    private func originDocument(_ layer: Int, _ path: ImagePath) -> OriginDocument? {
        origin(layer, path).map { OriginDocument($0, dockerfile: dockerfile) }
    }

    /// Four digits at least, as `ls` and `stat` show it.
    static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
