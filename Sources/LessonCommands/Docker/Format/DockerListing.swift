import OCI
import TerminalUI

/// Rows printed as Docker prints them: a table, a template per row, JSON lines, or ids alone.
struct DockerListing {
    /// A column: the field's name in templates and its heading.
    struct Column {
        var field: String
        var heading: String
    }

    /// Every field that a template may name, with its heading.
    var fields: [Column]
    /// The columns of the table that is printed when nothing else is asked for.
    var columns: [String]
    /// Each row with all its fields.
    var rows: [[String: JSON]]

    /// The text, each line ended by a line feed.
    /// - Parameter format: `table`, `table TEMPLATE`, `json`, a template; nil and empty for the usual table.
    func text(format: String?) throws(GoTemplate.Failure) -> String {
        let format = (format ?? "").isEmpty ? "table" : format ?? "table"
        if format == "json" || format == "{{json .}}" { return rows.map { JSON.object($0).row + "\n" }.joined() }
        if format == "table" || format.hasPrefix("table ") {
            let given = format.dropFirst(6)
            let usual = columns.map { "{{.\($0)}}" }.joined(separator: "\t")
            let template = try Self.template(given.isEmpty ? usual : String(given))
            let headings = JSON.object(
                Dictionary(fields.map { ($0.field, .string($0.heading)) }, uniquingKeysWith: { $1 }))
            var lines = [try template.render(headings)]
            for row in rows { lines.append(try template.render(.object(row))) }
            return Self.aligned(lines)
        }
        let template = try Self.template(format)
        var out = ""
        for row in rows { out += try template.render(.object(row)) + "\n" }
        return out
    }

    /// Docker's lists end with 1 for every mistake in a template; `inspect` tells what is no template by 64.
    private static func template(_ text: String) throws(GoTemplate.Failure) -> GoTemplate {
        do throws(GoTemplate.Failure) {
            return try GoTemplate(parsing: text)
        } catch {
            throw GoTemplate.Failure(message: error.message)
        }
    }

    /// Columns as Go's `tabwriter` sets them for Docker: at least ten wide, three blanks between, the last one as it is.
    static func aligned(_ lines: [String]) -> String {
        let cells = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        let count = cells.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            max(10, 3 + (cells.filter { column < $0.count - 1 }.map { DisplayWidth.of($0[column]) }.max() ?? 0))
        }
        return cells.map { row in
            let padded = row.enumerated().map { column, text in
                column == row.count - 1 ? text : DisplayWidth.pad(text, to: widths[column])
            }
            return padded.joined() + "\n"
        }.joined()
    }
}

extension JSON {
    /// The document as `docker inspect` prints it: four blanks, keys in Docker's order, others after them by name.
    func indented(_ depth: Int = 0, order: [String: [String]] = [:], in parent: String = "") -> String {
        let (pad, inner) = (String(repeating: "    ", count: depth), String(repeating: "    ", count: depth + 1))
        switch self {
        case .array(let items) where !items.isEmpty && depth < JSON.depthLimit:
            let lines = items.map { inner + $0.indented(depth + 1, order: order, in: parent) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(pad)]"
        case .object(let members) where !members.isEmpty && depth < JSON.depthLimit:
            let known = order[parent] ?? []
            let names = known.filter { members[$0] != nil } + members.keys.filter { !known.contains($0) }.sorted()
            let lines = names.compactMap { name in
                members[name].map {
                    "\(inner)\(JSON.string(name).text): \($0.indented(depth + 1, order: order, in: name))"
                }
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(pad)}"
        default: return text
        }
    }

    /// One line, with `<`, `>` and `&` as Go's encoder writes them in the rows of a list.
    var row: String {
        text.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing("&", with: "\\u0026")
    }
}
