import TerminalUI

/// What to change in one text to get another, as `diff -u` writes it.
struct UnifiedDiff {
    /// A line of the diff.
    struct Line {
        var text: String
        var style: Style

        /// Tabs become blanks, as they would on a terminal.
        var styled: StyledLine {
            StyledLine(String(text.map { $0 == "\t" ? " " : $0 }), style)
        }
    }

    fileprivate enum Edit {
        case same(Int, Int)
        case removed(Int)
        case added(Int)
    }

    private let old: [Substring]
    private let new: [Substring]
    private let edits: [Edit]

    init(from old: String, to new: String) {
        self.old = Self.split(old)
        self.new = Self.split(new)
        edits = Self.edits(self.old, self.new)
    }

    /// Nothing to change.
    var isEmpty: Bool { edits.allSatisfy { if case .same = $0 { true } else { false } } }

    private static func split(_ text: String) -> [Substring] {
        // `isNewline` takes CRLF as one: a file saved on Windows differs in what it says, not on every line.
        var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines
    }

    /// The lines with three of context around each change; none when there is no change.
    func lines(oldName: String, newName: String) -> [Line] {
        guard !isEmpty else { return [] }
        var lines = [Line(text: "--- \(oldName)", style: .strong), Line(text: "+++ \(newName)", style: .strong)]
        var index = 0
        while let first = edits[index...].firstIndex(where: \.isChange) {
            let start = max(index, first - 3)
            // A hunk goes on while the next change is no more than six unchanged lines away.
            var last = first
            while let next = edits[(last + 1)...].firstIndex(where: \.isChange), next - last <= 6 { last = next }
            let end = min(edits.count, last + 4)
            lines += hunk(start..<end)
            index = end
        }
        return lines
    }

    /// The new text's lines, as the edits make them of the old: what every diff must give.
    func applied() -> [String] {
        edits.compactMap { edit in
            switch edit {
            case .same(let index, _): String(old[index])
            case .removed: nil
            case .added(let index): String(new[index])
            }
        }
    }

    private func hunk(_ range: Range<Int>) -> [Line] {
        var lines: [Line] = []
        let before = edits[..<range.lowerBound]
        let oldStart = before.count { if case .added = $0 { false } else { true } }
        let newStart = before.count { if case .removed = $0 { false } else { true } }
        var (oldCount, newCount) = (0, 0)
        for edit in edits[range] {
            switch edit {
            case .same(let index, _):
                lines.append(Line(text: " \(old[index])", style: .plain))
                (oldCount, newCount) = (oldCount + 1, newCount + 1)
            case .removed(let index):
                lines.append(Line(text: "-\(old[index])", style: Style(colour: .red)))
                oldCount += 1
            case .added(let index):
                lines.append(Line(text: "+\(new[index])", style: Style(colour: .green)))
                newCount += 1
            }
        }
        let head = "@@ -\(Self.span(oldStart, oldCount)) +\(Self.span(newStart, newCount)) @@"
        return [Line(text: head, style: Style(colour: .cyan))] + lines
    }

    private static func span(_ start: Int, _ count: Int) -> String {
        count == 1 ? "\(start + 1)" : "\(count == 0 ? start : start + 1),\(count)"
    }

    private static func edits(_ old: [Substring], _ new: [Substring]) -> [Edit] {
        var head = 0
        while head < min(old.count, new.count), old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < min(old.count, new.count) - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] {
            tail += 1
        }
        let (a, b) = (Array(old[head..<(old.count - tail)]), Array(new[head..<(new.count - tail)]))
        var edits = (0..<head).map { Edit.same($0, $0) }
        // A table of n by m is fine for what people write by hand; beyond that, all of one for all of the other.
        if a.count * b.count <= 4_000_000 {
            edits += middle(a, b, head)
        } else {
            edits += a.indices.map { .removed(head + $0) } + b.indices.map { .added(head + $0) }
        }
        edits += (0..<tail).map { .same(old.count - tail + $0, new.count - tail + $0) }
        return edits
    }

    /// Longest common subsequence, by the table.
    private static func middle(_ a: [Substring], _ b: [Substring], _ head: Int) -> [Edit] {
        let width = b.count + 1
        var common = [Int32](repeating: 0, count: (a.count + 1) * width)
        for i in a.indices.reversed() {
            for j in b.indices.reversed() {
                common[i * width + j] =
                    a[i] == b[j]
                    ? common[(i + 1) * width + j + 1] + 1
                    : max(common[(i + 1) * width + j], common[i * width + j + 1])
            }
        }
        var edits: [Edit] = []
        var (i, j) = (0, 0)
        while i < a.count || j < b.count {
            if i < a.count, j < b.count, a[i] == b[j] {
                edits.append(.same(head + i, head + j))
                (i, j) = (i + 1, j + 1)
            } else if i < a.count, j == b.count || common[(i + 1) * width + j] >= common[i * width + j + 1] {
                edits.append(.removed(head + i))
                i += 1
            } else {
                edits.append(.added(head + j))
                j += 1
            }
        }
        return edits
    }
}

extension UnifiedDiff.Edit {
    fileprivate var isChange: Bool {
        if case .same = self { false } else { true }
    }
}
