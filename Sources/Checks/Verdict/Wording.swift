import Diagnostics

/// How numbers and texts from outside are put into sentences.
package enum Wording {
    /// An amount of bytes in Docker's units, powers of 1000: `512 B`, `17.9 kB`, `445 MB`.
    package static func bytes(_ count: Int64) -> String {
        let sign = count < 0 ? "-" : ""
        var value = Double(count.magnitude)
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        if unit == 0 { return "\(sign)\(Int(value)) B" }
        let tenths = Int((value * 10).rounded())
        return tenths >= 1000 || tenths % 10 == 0
            ? "\(sign)\((tenths + 5) / 10) \(units[unit])" : "\(sign)\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// `1 file`, `3 files`.
    package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// A text on one line, control characters made visible, cut at `limit` scalars.
    package static func clipped(_ text: String, _ limit: Int) -> String {
        let safe = SafeText(line: text).description
        let scalars = safe.unicodeScalars
        guard scalars.count > limit else { return safe }
        return String(String.UnicodeScalarView(scalars.prefix(max(1, limit - 1)))) + "…"
    }

    package static func safe(_ path: ImagePath) -> String { clipped(path.description, 200) }

    /// Output in quotes, white space that the eye does not see made visible.
    package static func quoted(_ bytes: [UInt8], limit: Int = 200) -> String {
        let shown = SafeText(bytes: bytes.prefix(limit * 2)).description
        return "\"" + clipped(shown, limit) + "\""
    }

    package static func list(_ words: [String], _ conjunction: String = "and") -> String {
        switch words.count {
        case 0: ""
        case 1: words[0]
        default: words.dropLast().joined(separator: ", ") + " \(conjunction) " + (words.last ?? "")
        }
    }
}
