/// Durations as Go's `time.ParseDuration` reads them: `1h30m`, `1.5s`, `100ms`.
package enum GoDuration {
    /// Nanoseconds; negative durations are negative. Malformed text is an error.
    package static func parse(_ text: String) throws(InstructionError) -> Int64 {
        func bad(_ what: String) -> InstructionError {
            InstructionError(
                id: "duration", message: "time: \(what)duration \(GoQuote.quote(text))",
                hint: "write a number and a unit, as in 30s, 1m30s or 500ms", word: text)
        }
        var rest = text.utf8[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        if rest.elementsEqual("0".utf8) { return 0 }
        guard !rest.isEmpty else { throw bad("invalid ") }
        var total = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            guard let value = Double("0" + String(decoding: number, as: UTF8.self) + "0"),
                number.contains(where: { $0 != UInt8(ascii: ".") }), number.count < 40
            else { throw bad("invalid ") }
            // A trailing zero was added so that `1.` is a number; undo it where there is no point.
            let scaled = number.contains(UInt8(ascii: ".")) ? value : value / 10
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !(0x30...0x39).contains($0) && $0 != UInt8(ascii: ".") }
            guard !unit.isEmpty else { throw bad("missing unit in ") }
            let factor: Double
            switch String(decoding: unit, as: UTF8.self) {
            case "ns": factor = 1
            case "us", "µs", "μs": factor = 1e3
            case "ms": factor = 1e6
            case "s": factor = 1e9
            case "m": factor = 60e9
            case "h": factor = 3600e9
            default:
                throw bad("unknown unit \(GoQuote.quote(String(decoding: unit, as: UTF8.self))) in ")
            }
            total += scaled * factor
            rest = rest.dropFirst(unit.count)
        }
        guard total < 9.2e18 else { throw bad("invalid ") }
        let nanoseconds = Int64(total + 0.5)
        return isNegative ? -nanoseconds : nanoseconds
    }
}
