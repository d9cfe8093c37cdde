import Dockerfile

/// Texts as Go's `fmt` writes them: what image histories are full of.
enum GoFormat {
    /// `%q` of a list of strings: `["/bin/sh" "-c"]`.
    static func list(quoting words: [String]) -> String {
        "[" + words.map { GoQuote.quote($0) }.joined(separator: " ") + "]"
    }

    /// `ENV a=b c=d`.
    static func pairs(_ name: String, _ pairs: [KeyValue]) -> String {
        ([name] + pairs.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    }

    /// `%q` of Docker's health check structure.
    static func healthCheck(_ check: HealthCheck) -> String {
        let times = [check.interval, check.timeout, check.startPeriod, check.startInterval]
        return "&{" + ([list(quoting: check.test)] + times.map { "\"\(duration($0))\"" }).joined(separator: " ")
            + " \(character(check.retries))}"
    }

    /// `%q` of a number: the character with that code point.
    private static func character(_ code: Int) -> String {
        switch code {
        case 7: return "'\\a'"
        case 8: return "'\\b'"
        case 9: return "'\\t'"
        case 10: return "'\\n'"
        case 11: return "'\\v'"
        case 12: return "'\\f'"
        case 13: return "'\\r'"
        case 39: return "'\\''"
        case 92: return "'\\\\'"
        case 0..<32, 127:
            let digits = String(code, radix: 16)
            return "'\\x" + String(repeating: "0", count: 2 - digits.count) + digits + "'"
        default:
            guard code > 0, code <= 0x10FFFF, let scalar = Unicode.Scalar(UInt32(code)) else { return "'\u{FFFD}'" }
            return "'\(scalar)'"
        }
    }

    /// `time.Duration.String()`: `1h0m0s`, `1.5s`, `300ms`, `0s`.
    static func duration(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let value = nanoseconds.magnitude
        if value < 1_000 { return "\(sign)\(value)ns" }
        if value < 1_000_000 { return sign + fraction(value, unit: 1_000) + "µs" }
        if value < 1_000_000_000 { return sign + fraction(value, unit: 1_000_000) + "ms" }
        let seconds = value / 1_000_000_000
        let rest = (seconds % 60) * 1_000_000_000 + value % 1_000_000_000
        var text = fraction(rest, unit: 1_000_000_000) + "s"
        if seconds >= 60 { text = "\(seconds / 60 % 60)m" + text }
        if seconds >= 3600 { text = "\(seconds / 3600)h" + text }
        return sign + text
    }

    private static func fraction(_ value: UInt64, unit: UInt64) -> String {
        let whole = value / unit
        guard value % unit != 0 else { return String(whole) }
        let width = String(unit).utf8.count - 1
        var digits = String(value % unit)
        digits = String(repeating: "0", count: width - digits.utf8.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
