import Checks
import TerminalUI

/// The full-screen view of an image: its layers on the left, the files of the chosen one on the right. A value: keys
/// change it, and it draws itself for any size.
struct InspectionView {
    private let report: InspectionReport
    private let glyphs: Glyphs

    enum Pane: Hashable { case layers, files }

    private(set) var pane = Pane.layers
    private(set) var layers: ScrollingList
    private(set) var files = ScrollingList(count: 0)
    /// The whole image instead of what one layer changes.
    private(set) var showsImage = false
    private(set) var filter = ""
    private(set) var isTyping = false
    /// Directories that are not as they are at first: open or closed.
    private var toggled: Set<ImagePath> = []
    private var trees: [Int: PathTree] = [:]
    private var rows: [PathTree.Row] = []
    private var height = 20

    private static let wholeImage = -1
    /// A tree of more paths than this begins closed.
    private static let fewPaths = 200

    init(_ report: InspectionReport, glyphs: Glyphs) {
        self.report = report
        self.glyphs = glyphs
        layers = ScrollingList(count: report.inspection.layers.count)
        // What the image's author did is what one wants to see.
        layers.select(report.inspection.layers.count - 1)
        refresh()
    }

    // MARK: - Keys

    /// - Returns: false for the end.
    mutating func handle(_ key: Key) -> Bool {
        if key == .control("c") { return false }
        if isTyping {
            type(key)
            return true
        }
        switch key {
        case .character("q"): return false
        case .escape:
            if filter.isEmpty { return false }
            filter = ""
            refresh()
        case .tab, .backTab: pane = pane == .layers ? .files : .layers
        case .up, .character("k"): move(-1)
        case .down, .character("j"): move(1)
        case .pageUp: move(-height)
        case .pageDown, .character(" "): move(height)
        case .home, .character("g"): move(-.max / 2)
        case .end, .character("G"): move(.max / 2)
        case .character("/"): (isTyping, pane) = (true, .files)
        case .character("a"):
            showsImage.toggle()
            (files, toggled) = (ScrollingList(count: 0), [])
            refresh()
        case .enter: pane == .layers ? pane = .files : toggle(nil)
        case .right, .character("l"): pane == .layers ? pane = .files : toggle(true)
        case .left, .character("h"): leave()
        default: break
        }
        return true
    }

    private mutating func type(_ key: Key) {
        switch key {
        case .enter: isTyping = false
        case .escape: (isTyping, filter) = (false, "")
        case .backspace: _ = filter.popLast()
        case .character(let character) where filter.count < 100: filter.append(character)
        case .up, .down: isTyping = false
        default: return
        }
        files.select(0)
        refresh()
    }

    private mutating func move(_ lines: Int) {
        switch pane {
        case .layers:
            let before = layers.selected
            layers.move(by: lines)
            guard layers.selected != before, !showsImage else { return }
            (files, toggled) = (ScrollingList(count: 0), [])
            refresh()
        case .files: files.move(by: lines)
        }
    }

    /// Opens or closes the chosen directory; nil for the one that it is not.
    private mutating func toggle(_ open: Bool?) {
        guard rows.indices.contains(files.selected), filter.isEmpty else { return }
        let row = rows[files.selected]
        let node = tree.nodes[row.node]
        guard !node.children.isEmpty, open == nil || open == row.isClosed else { return }
        if toggled.remove(node.path) == nil { toggled.insert(node.path) }
        refresh()
    }

    /// Closes a directory, or goes to the one that the chosen row is in, or back to the layers.
    private mutating func leave() {
        guard pane == .files, rows.indices.contains(files.selected) else {
            pane = .layers
            return
        }
        let row = rows[files.selected]
        if !row.isClosed, !tree.nodes[row.node].children.isEmpty, filter.isEmpty { return toggle(false) }
        if let parent = rows[..<files.selected].lastIndex(where: { $0.depth < row.depth }) {
            files.select(parent)
        } else {
            pane = .layers
        }
    }

    // MARK: - The tree

    private var treeNumber: Int { showsImage ? Self.wholeImage : layers.selected }
    private var tree: PathTree { trees[treeNumber] ?? PathTree([]) }

    private mutating func refresh() {
        let number = treeNumber
        if trees[number] == nil {
            trees[number] =
                number == Self.wholeImage
                ? PathTree(report.inspection, all: true)
                : report.inspection.layers.indices.contains(number)
                    ? PathTree(changesOf: report.inspection.layers[number]) : PathTree([])
        }
        let isSmall = tree.nodes.count <= Self.fewPaths
        let toggled = toggled
        rows = tree.rows(filter: filter) { node, _ in isSmall != toggled.contains(node.path) }
        files.count = rows.count
        files.select(files.selected)
    }

    // MARK: - Drawing

    mutating func lines(columns: Int, lines: Int) -> [StyledLine] {
        let left = min(max(22, columns * 2 / 5), 60)
        let right = max(10, columns - left - 3)
        height = max(1, lines - 4)
        let layerRows = layers.visible(height: height)
        let fileRows = files.visible(height: height)
        var out = [title, header(left, right)]
        for row in 0..<height {
            let layer = layerRows.lowerBound + row
            let file = fileRows.lowerBound + row
            let a = layerRows.contains(layer) ? layerLine(layer, left) : StyledLine()
            let b = fileRows.contains(file) ? fileLine(file) : row == 0 && rows.isEmpty ? nothing : StyledLine()
            out.append(
                StyledLine(
                    a.fitted(to: left, ellipsis: glyphs.ellipsis).spans + [Span(" \(glyphs.code) ", .muted)]
                        + b.cut(to: right, ellipsis: glyphs.ellipsis).spans))
        }
        out.append(StyledLine(details, .muted))
        out.append(footer)
        return out
    }

    private var nothing: StyledLine {
        StyledLine(filter.isEmpty ? "nothing but the configuration" : "no path holds \"\(filter)\"", .muted)
    }

    private var title: StyledLine {
        let inspection = report.inspection
        return StyledLine([
            Span(report.opened.name, .heading), Span("  \(ByteCount(inspection.totalBytes))"),
            Span("  base \(ByteCount(inspection.baseBytes))  added \(ByteCount(inspection.addedBytes))", .muted),
            Span("  wasted \(ByteCount(inspection.wastedBytes))", inspection.wastedBytes > 0 ? .warning : .muted),
            Span("  efficiency \(InspectionTable.percent(inspection.efficiency))", .muted),
        ])
    }

    private func header(_ left: Int, _ right: Int) -> StyledLine {
        let files = showsImage ? "all files of the image" : "what layer \(layers.selected + 1) changes"
        let a = StyledLine("layers", pane == .layers ? .strong : .muted).fitted(to: left, ellipsis: glyphs.ellipsis)
        let b = StyledLine(files + (filter.isEmpty ? "" : ", with \"\(filter)\""), pane == .files ? .strong : .muted)
        return StyledLine(a.spans + [Span(" \(glyphs.code) ", .muted)] + b.spans)
    }

    private func layerLine(_ number: Int, _ width: Int) -> StyledLine {
        let layer = report.inspection.layers[number]
        let isChosen = number == layers.selected
        let label = layer.isBase ? "base" : report.place(of: number).map { "\($0)" } ?? ""
        let maker = InspectionTable.oneLine(report.maker(of: number))
        let line = StyledLine([
            Span(isChosen ? "> " : "  ", .strong), Span(DisplayWidth.pad("\(number + 1)", to: 2, right: true)),
            Span(" " + DisplayWidth.pad("\(ByteCount(layer.archiveBytes))", to: 7, right: true)),
            Span(layer.isBase ? " \(label) " : " ", .muted), Span(maker, layer.isBase ? .muted : .plain),
        ]).fitted(to: width, ellipsis: glyphs.ellipsis)
        return isChosen && pane == .layers ? line.adding(.chosen) : line
    }

    private func fileLine(_ index: Int) -> StyledLine {
        let isChosen = pane == .files && index == files.selected
        let line = StyledLine([Span(isChosen ? ">" : " ", .strong)] + tree.line(rows[index]).spans)
        return isChosen ? line.adding(.chosen) : line
    }

    /// More about what is chosen, on one line.
    private var details: String {
        let number = layers.selected
        if pane == .files, rows.indices.contains(files.selected) {
            let node = tree.nodes[rows[files.selected].node]
            let holder = showsImage ? report.inspection.files.first { $0.path == node.path }?.layer : number
            if let origin = holder.flatMap({ report.origin($0, node.path) }) {
                return origin.sentence(dockerfile: report.dockerfile)
            }
            return node.path.description
        }
        guard report.inspection.layers.indices.contains(number) else { return "" }
        let layer = report.inspection.layers[number]
        let place = report.place(of: number).map { "\($0), " } ?? ""
        return "\(place)\(layer.count(.added)) added, \(layer.count(.changed)) changed, "
            + "\(layer.count(.removed)) removed, \(ByteCount(layer.wastedBytes)) wasted"
    }

    private var footer: StyledLine {
        if isTyping {
            return StyledLine([Span("/", .strong), Span(filter), Span("_  Enter keeps, Esc clears", .muted)])
        }
        return StyledLine(
            "q quit  up/down move  Tab other side  Enter open  a \(showsImage ? "this layer" : "all files")  / filter",
            .muted)
    }
}
