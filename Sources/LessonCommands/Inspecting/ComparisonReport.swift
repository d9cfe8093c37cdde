import Checks
import Grading
import Images
import OCI
import TerminalUI

/// Two images that were compared.
struct ComparisonReport {
    let first: OpenedImage
    let second: OpenedImage
    let comparison: ImageComparison
    let configuration: [ConfigurationDifference]

    var isEqual: Bool { comparison.differences.isEmpty && configuration.isEmpty }

    init(_ first: OpenedImage, _ second: OpenedImage) async {
        self.first = first
        self.second = second
        var undecided: [(first: OriginTracer.Place, second: OriginTracer.Place)] = []
        // Which pairs have to be read is found first, then they are read: the engine's door is asynchronous.
        _ = ImageComparison(first.layers, second.layers) { a, b in
            undecided.append(
                (OriginTracer.Place(layer: a.layer, path: a.path), OriginTracer.Place(layer: b.layer, path: b.path)))
            return true
        }
        var different: Set<ImagePath> = []
        for (a, b) in undecided where await !Self.isEqual(a, b, first.engine) { different.insert(a.path) }
        comparison = ImageComparison(first.layers, second.layers) { a, _ in !different.contains(a.path) }
        configuration = ConfigurationDifference.all(
            ConfigObservation(first.image.configuration), ConfigObservation(second.image.configuration))
    }

    /// Compares piece by piece: memory does not grow with the files.
    private static func isEqual(
        _ a: OriginTracer.Place, _ b: OriginTracer.Place, _ engine: StoreEngine
    ) async -> Bool {
        guard let one = await engine.file(a.path, inLayer: a.layer),
            let other = await engine.file(b.path, inLayer: b.layer)
        else { return false }
        guard one.size == other.size else { return false }
        var offset: UInt64 = 0
        while offset < one.size {
            let piece = one.read(offset, 1 << 18)
            if piece.isEmpty || piece != other.read(offset, 1 << 18) { return false }
            offset += UInt64(piece.count)
        }
        return true
    }

    // MARK: - For programs

    struct Document: Encodable {
        struct Image: Encodable {
            var name: String
            var source: String
            var base: String?
            var sizes: Sums
            var layers: Int
        }
        struct Sums: Encodable {
            var total: Int64
            var base: Int64
            var added: Int64
        }
        struct Side: Encodable {
            var kind: String
            var size: Int64
            var mode: String
            var uid: UInt32
            var gid: UInt32

            init(_ side: ImageComparison.Side) {
                kind = side.kind.rawValue
                size = side.size
                mode = InspectionReport.octal(side.mode)
                (uid, gid) = (side.uid, side.gid)
            }
        }
        struct File: Encodable {
            var path: String
            var first: Side?
            var second: Side?
            var aspects: [String]

            init(_ difference: ImageComparison.Difference) {
                path = difference.path.description
                first = difference.first.map(Side.init)
                second = difference.second.map(Side.init)
                aspects = difference.aspects.map(\.rawValue)
            }
        }
        var equal: Bool
        var first: Image
        var second: Image
        var sharedLayers: Int
        var equalFiles: Int
        var onlyFirst: [File]
        var onlySecond: [File]
        var different: [File]
        var configuration: [ConfigurationDifference]
    }

    var document: Document {
        func image(_ opened: OpenedImage) -> Document.Image {
            let inspection = opened.inspection
            return Document.Image(
                name: opened.name, source: opened.place.rawValue, base: opened.base.name,
                sizes: .init(
                    total: inspection.totalBytes, base: inspection.baseBytes, added: inspection.addedBytes),
                layers: opened.layers.count)
        }
        return Document(
            equal: isEqual, first: image(first), second: image(second), sharedLayers: comparison.sharedLayers,
            equalFiles: comparison.equalCount, onlyFirst: comparison.onlyFirst.map(Document.File.init),
            onlySecond: comparison.onlySecond.map(Document.File.init),
            different: comparison.changed.map(Document.File.init), configuration: configuration)
    }

    // MARK: - For a person

    private static let shownFiles = 10

    func lines(_ terminal: Terminal, all: Bool) -> [StyledLine] {
        var lines = [
            StyledLine([Span("A ", .strong), Span(first.name, .heading)]),
            StyledLine([Span("B ", .strong), Span(second.name, .heading)]), StyledLine(),
        ]
        lines += sizes(terminal)
        lines.append(StyledLine())
        let shared = comparison.sharedLayers
        lines.append(
            StyledLine(
                "layers: \(first.layers.count) in A, \(second.layers.count) in B, the lowest \(shared) in both"))
        lines.append(StyledLine("files: \(comparison.equalCount) are the same"))
        lines += list("only in A", comparison.onlyFirst, all)
        lines += list("only in B", comparison.onlySecond, all)
        lines += list("different", comparison.changed, all)
        if !configuration.isEmpty {
            lines += [StyledLine(), StyledLine("configuration", .strong)]
            let rows = configuration.map { ["  \($0.field)", $0.first, $0.second] }
            lines += TextTable(header: ["", "A", "B"], rows: rows)
                .lines(width: terminal.isInteractive ? terminal.width : nil)
        }
        if isEqual { lines.append(StyledLine("the images do not differ", .pass)) }
        return lines
    }

    private func sizes(_ terminal: Terminal) -> [StyledLine] {
        func bar(_ label: String, _ opened: OpenedImage) -> SizeChart.Bar {
            let inspection = opened.inspection
            return SizeChart.Bar(label: label, bytes: inspection.totalBytes, shared: inspection.baseBytes)
        }
        let (a, b) = (first.inspection, second.inspection)
        let rows = [
            ("base", a.baseBytes, b.baseBytes), ("added", a.addedBytes, b.addedBytes),
            ("total", a.totalBytes, b.totalBytes),
        ].map { word, left, right in
            [word, "\(ByteCount(left))", "\(ByteCount(right))", Self.difference(left, right)]
        }
        return SizeChart([bar("A", first), bar("B", second)]).lines(terminal) + [StyledLine()]
            + TextTable(
                header: ["", "A", "B", "B - A"], rows: rows, alignments: [.left, .right, .right, .right]
            ).lines(width: nil)
    }

    private static func difference(_ left: Int64, _ right: Int64) -> String {
        let difference = right.subtractingReportingOverflow(left).partialValue
        return (difference > 0 ? "+" : "") + "\(ByteCount(difference))"
    }

    private func list(_ title: String, _ differences: [ImageComparison.Difference], _ all: Bool) -> [StyledLine] {
        guard !differences.isEmpty else { return [] }
        let bytes = differences.lazy.map { ($0.first ?? $0.second)?.size ?? 0 }.sizeSum
        let files = differences.count { ($0.first ?? $0.second)?.kind.isDirectory == false }
        var lines = [
            StyledLine(),
            StyledLine("\(title): \(InspectionTable.count(files, "file")), \(ByteCount(bytes))", .strong),
        ]
        let ordered = differences.sorted { ($1.weight, $0.path) < ($0.weight, $1.path) }
        let shown = all ? differences : Array(ordered.prefix(Self.shownFiles))
        lines += shown.map(Self.line)
        if shown.count < differences.count {
            lines.append(StyledLine("  and \(differences.count - shown.count) more: --all shows them", .muted))
        }
        return lines
    }

    private static func line(_ difference: ImageComparison.Difference) -> StyledLine {
        guard let a = difference.first, let b = difference.second else {
            let side = difference.first ?? difference.second
            let fact = side.map { $0.kind == .file || $0.kind == .hardlink ? "\(ByteCount($0.size))" : $0.kind.noun }
            return StyledLine([Span("  \(difference.path)"), Span("  \(fact ?? "")", .muted)])
        }
        let facts = difference.aspects.map { aspect in
            switch aspect {
            case .kind: "\(a.kind.noun), in B \(b.kind.noun)"
            case .content: a.size == b.size ? "content" : "\(ByteCount(a.size)), in B \(ByteCount(b.size))"
            case .mode: "mode \(InspectionReport.octal(a.mode)), in B \(InspectionReport.octal(b.mode))"
            case .owner: "owner \(a.uid):\(a.gid), in B \(b.uid):\(b.gid)"
            }
        }
        return StyledLine([Span("  \(difference.path)"), Span("  \(facts.joined(separator: "; "))", .muted)])
    }
}

extension ImageComparison.Difference {
    /// The larger of the two, in bytes.
    fileprivate var weight: Int64 { max(first?.size ?? 0, second?.size ?? 0) }
}
