import Checks
import Images
import OCI
import TerminalUI

/// An inspection for a person, as a page of text.
struct InspectionTable {
    let report: InspectionReport
    /// Every entry, those of the base too.
    let all: Bool

    private var inspection: ImageInspection { report.inspection }
    private static let shownChanges = 10

    func lines(_ terminal: Terminal) -> [StyledLine] {
        var lines = head(terminal)
        lines.append(StyledLine())
        lines += layers(terminal)
        for number in inspection.layers.indices where all || !inspection.layers[number].isBase {
            lines += changes(number, terminal)
        }
        lines += waste(terminal)
        lines += largest(terminal)
        return lines
    }

    // MARK: - Sums

    func head(_ terminal: Terminal) -> [StyledLine] {
        let base = inspection.baseCount
        let name = report.opened.base.name ?? "of an unknown name"
        var lines = [
            StyledLine([
                Span(report.opened.name, .heading),
                Span("  \(ByteCount(inspection.totalBytes)), \(report.opened.image.configuration.platform)"),
            ])
        ]
        func fact(_ word: String, _ text: String) {
            lines.append(StyledLine([Span("  " + DisplayWidth.pad(word, to: 10), .muted), Span(text)]))
        }
        if base > 0 {
            fact("base", "\(name): \(ByteCount(inspection.baseBytes)) in \(Self.count(base, "layer"))")
        } else {
            let isScratch = report.opened.base.name == "scratch"
            fact("base", isScratch ? "scratch: nothing" : "not known: every layer counts as its own (see --base)")
        }
        fact(
            "added",
            "\(ByteCount(inspection.addedBytes)) in \(Self.count(inspection.layers.count - base, "layer"))")
        fact(
            "wasted",
            "\(ByteCount(inspection.wastedBytes)), efficiency \(Self.percent(inspection.efficiency))")
        if inspection.hiddenBaseBytes > 0 {
            fact("hidden", "\(ByteCount(inspection.hiddenBaseBytes)) of the base, which stay in the image all the same")
        }
        return lines
    }

    /// One digit behind the point, rounded down: 100 % is only what is whole.
    static func percent(_ share: Double) -> String {
        let tenths = Int((min(max(0, share), 1) * 1000).rounded(.down))
        return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
    }

    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    // MARK: - Layers

    /// A window that is narrower has no room for a table.
    private static let tableWidth = 60

    private func layers(_ terminal: Terminal) -> [StyledLine] {
        if terminal.isInteractive, terminal.width < Self.tableWidth { return narrowLayers() }
        let rows = inspection.layers.enumerated().map { number, layer -> [[Span]] in
            let maker = report.maker(of: number)
            let place = report.place(of: number).map { " (\($0))" } ?? ""
            let room = max(20, (terminal.isInteractive ? terminal.width : 120) - 46)
            let text = DisplayWidth.cut(
                Self.oneLine(maker), to: max(8, room - DisplayWidth.of(place)), ellipsis: terminal.glyphs.ellipsis)
            let style: Style = layer.isBase ? .muted : .plain
            return [
                [Span(layer.isBase ? "\(number + 1) base" : "\(number + 1)", style)],
                [Span("\(ByteCount(layer.archiveBytes))", style)], [Span("\(layer.count(.added))", style)],
                [Span("\(layer.count(.changed))", style)], [Span("\(layer.count(.removed))", style)],
                [Span(layer.isBase ? "" : "\(ByteCount(layer.wastedBytes))", layer.wastedBytes > 0 ? .warning : style)],
                [Span(text, style), Span(place, .muted)],
            ]
        }
        let header = ["LAYER", "SIZE", "ADD", "CHG", "DEL", "WASTED", "MADE BY"].map { [Span($0)] }
        return TextTable(
            header: header, rows: rows, alignments: [.left, .right, .right, .right, .right, .right, .left]
        ).lines(width: terminal.isInteractive ? terminal.width : nil)
    }

    private func narrowLayers() -> [StyledLine] {
        inspection.layers.enumerated().flatMap { number, layer -> [StyledLine] in
            let style: Style = layer.isBase ? .muted : .plain
            var facts = ["\(ByteCount(layer.archiveBytes))"]
            let words: [(ImageInspection.ChangeKind, String)] = [
                (.added, "added"), (.changed, "changed"), (.removed, "removed"),
            ]
            for (kind, word) in words where layer.count(kind) > 0 {
                facts.append("\(layer.count(kind)) \(word)")
            }
            if !layer.isBase, layer.wastedBytes > 0 { facts.append("\(ByteCount(layer.wastedBytes)) wasted") }
            let place = report.place(of: number).map { " (\($0))" } ?? ""
            return [
                StyledLine(
                    "layer \(number + 1)\(layer.isBase ? " base" : "")  \(facts.joined(separator: ", "))", style),
                StyledLine([Span("  " + Self.oneLine(report.maker(of: number)), style), Span(place, .muted)]),
            ]
        }
    }

    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    // MARK: - Changes

    private func changes(_ number: Int, _ terminal: Terminal) -> [StyledLine] {
        let layer = inspection.layers[number]
        var lines = [StyledLine()]
        let place = report.place(of: number).map { ", \($0)" } ?? ""
        lines.append(StyledLine("layer \(number + 1)\(place)", .strong))
        guard !layer.changes.isEmpty else { return lines + [StyledLine("  nothing", .muted)] }
        // Files first: a directory that leads to one is no news.
        let ordered = layer.changes.filter { !$0.kind.isDirectory } + layer.changes.filter(\.kind.isDirectory)
        let shown = all ? layer.changes : Array(ordered.prefix(Self.shownChanges))
        for change in shown {
            lines.append(Self.line(change))
            if let origin = report.origin(number, change.path) {
                lines += LineWrapper(width: terminal.proseWidth, first: [Span("        ")])
                    .wrap([Span(origin.sentence(dockerfile: report.dockerfile), .muted)])
            }
        }
        let left = layer.changes.count - shown.count
        if left > 0 { lines.append(StyledLine("    and \(left) more: --all or --tree shows them", .muted)) }
        return lines
    }

    static func line(_ change: ImageInspection.Change) -> StyledLine {
        let (mark, style): (String, Style) =
            switch change.change {
            case .added: ("+", Style(colour: .green))
            case .changed: ("~", Style(colour: .yellow))
            case .removed: ("-", Style(colour: .red))
            }
        var facts: [String] = []
        switch change.change {
        case .removed:
            if change.hiddenFiles > 1 { facts.append("\(change.hiddenFiles) files") }
            facts.append("\(ByteCount(change.hiddenBytes)) hidden")
        case .added, .changed:
            if change.kind == .file {
                facts.append("\(ByteCount(change.size))")
            } else {
                facts.append(change.kind.noun)
            }
            if let target = change.target { facts.append("to \(ImagePath.shown(target))") }
            facts.append(InspectionReport.octal(change.mode))
            if change.uid != 0 || change.gid != 0 { facts.append("owner \(change.uid):\(change.gid)") }
            if !change.aspects.isEmpty {
                facts.append("\(change.aspects.map(\.rawValue).joined(separator: ", ")) changed")
            }
        }
        if let layer = change.hiddenBy { facts.append("hidden by layer \(layer + 1)") }
        return StyledLine([
            Span("  \(mark) ", style), Span(change.path.description),
            Span("  \(facts.joined(separator: ", "))", .muted),
        ])
    }

    // MARK: - Waste and weight

    private func waste(_ terminal: Terminal) -> [StyledLine] {
        guard !inspection.waste.isEmpty else { return [] }
        var lines = [StyledLine(), StyledLine("wasted", .strong)]
        let shown = inspection.waste.prefix(all ? .max : report.top)
        for waste in shown {
            let hider = report.place(of: waste.hiddenBy) ?? "layer \(waste.hiddenBy + 1)"
            let maker = report.place(of: waste.layer) ?? "layer \(waste.layer + 1)"
            lines.append(
                StyledLine([
                    Span("  " + DisplayWidth.pad("\(ByteCount(waste.bytes))", to: 8, right: true), .warning),
                    Span("  \(waste.path)"),
                    Span("  from \(maker), \(waste.isReplaced ? "replaced" : "removed") by \(hider)", .muted),
                ]))
        }
        if inspection.waste.count > shown.count {
            lines.append(StyledLine("  and \(inspection.waste.count - shown.count) more", .muted))
        }
        return lines
    }

    private func largest(_ terminal: Terminal) -> [StyledLine] {
        let files = inspection.largest(report.top)
        guard !files.isEmpty else { return [] }
        return [StyledLine(), StyledLine("largest files", .strong)]
            + files.map { file in
                let isBase = file.layer < inspection.baseCount
                return StyledLine([
                    Span("  " + DisplayWidth.pad("\(ByteCount(file.size))", to: 8, right: true)),
                    Span("  \(file.path)"),
                    Span(isBase ? "  base" : "  \(report.place(of: file.layer) ?? "layer \(file.layer + 1)")", .muted),
                ])
            }
    }
}
