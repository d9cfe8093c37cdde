/// A size in bytes, in the words Docker uses: decimal units, three digits that count (`118MB`, `16.8kB`).
package struct ByteCount: Hashable, Sendable, CustomStringConvertible {
    /// Bytes; negative for a difference.
    package let bytes: Int64
    /// Digits that count.
    package let precision: Int

    /// Makes a count; `docker system df` shows 4 digits, everything else 3.
    package init(_ bytes: Int64, precision: Int = 3) {
        self.bytes = bytes
        self.precision = min(max(1, precision), 9)
    }

    package var description: String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var magnitude = bytes.magnitude
        var scale: UInt64 = 1
        var unit = 0
        while magnitude / scale >= 1000, unit < units.count - 1 {
            scale *= 1000
            unit += 1
        }
        let sign = bytes < 0 ? "-" : ""
        guard unit > 0 else { return "\(sign)\(magnitude)B" }
        // What rounds up to 1000 of a unit is 1 of the next.
        var fraction = precision - String(magnitude / scale).count
        if fraction <= 0, unit < units.count - 1, magnitude / (scale / 2) + 1 >= 2000 {
            scale *= 1000
            unit += 1
            magnitude = scale
            fraction = precision - 1
        }
        var power: UInt64 = 1
        for _ in 0..<max(0, fraction) { power *= 10 }
        let step = max(1, scale / power)
        let rounded = (magnitude + step / 2) / step
        let whole = rounded / power
        var decimals = String(rounded % power)
        decimals = String(repeating: "0", count: max(0, max(0, fraction) - decimals.count)) + decimals
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(sign)\(whole)\(decimals.isEmpty || fraction <= 0 ? "" : ".\(decimals)")\(units[unit])"
    }
}
