import OCI

/// Go's `fmt.Sprintf`, of the verbs that templates use: `%s %v %d %q %t %x %f %%`, with width, `-`, `0` and precision.
enum GoFormatting {
    static func text(_ format: String, _ arguments: [JSON]) -> String {
        var out = ""
        var rest = arguments[...]
        var scanner = Array(format)[...]
        while let character = scanner.popFirst() {
            guard character == "%" else {
                out.append(character)
                continue
            }
            var flags: Set<Character> = []
            while let flag = scanner.first, "-0+# ".contains(flag) {
                flags.insert(flag)
                scanner.removeFirst()
            }
            // A width nobody could want would only fill memory.
            let width = min(number(&scanner) ?? 0, 4096)
            var precision: Int?
            if scanner.first == "." {
                scanner.removeFirst()
                precision = number(&scanner) ?? 0
            }
            guard let verb = scanner.popFirst() else { return out + "%!(NOVERB)" }
            if verb == "%" {
                out.append("%")
                continue
            }
            guard let argument = rest.popFirst() else {
                out += "%!\(verb)(MISSING)"
                continue
            }
            out += padded(formatted(verb, argument, precision), width, flags)
        }
        return rest.isEmpty ? out : out + "%!(EXTRA)"
    }

    private static func number(_ scanner: inout ArraySlice<Character>) -> Int? {
        var digits = ""
        while let digit = scanner.first, digit.isASCII, digit.isNumber, digits.count < 6 {
            digits.append(digit)
            scanner.removeFirst()
        }
        return Int(digits)
    }

    private static func formatted(_ verb: Character, _ value: JSON, _ precision: Int?) -> String {
        let text = GoTemplate.text(of: value)
        switch (verb, value) {
        case ("v", _), ("d", .number), ("t", .bool): return text
        case ("s", .string), ("s", .array), ("s", .object): return precision.map { String(text.prefix($0)) } ?? text
        case ("q", .string(let text)): return JSON.string(text).text
        case ("x", .string(let text)):
            return text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case ("x", .number(let digits)): return Int64(digits).map { String($0, radix: 16) } ?? digits
        case ("f", .number(let digits)):
            guard let number = Double(digits) else { return digits }
            let places = min(precision ?? 6, 9)
            let scale = (0..<places).reduce(1.0) { value, _ in value * 10 }
            guard number.magnitude * scale < 9e18 else { return digits }
            let scaled = Int64((number.magnitude * scale).rounded())
            let fraction = String(scaled % Int64(scale))
            let zeros = String(repeating: "0", count: max(0, places - fraction.count))
            return (number < 0 ? "-" : "") + "\(scaled / Int64(scale))" + (places == 0 ? "" : "." + zeros + fraction)
        default: return "%!\(verb)(\(text))"
        }
    }

    private static func padded(_ text: String, _ width: Int, _ flags: Set<Character>) -> String {
        let count = text.unicodeScalars.count
        guard count < width else { return text }
        let missing = width - count
        if flags.contains("-") { return text + String(repeating: " ", count: missing) }
        return String(repeating: flags.contains("0") ? "0" : " ", count: missing) + text
    }
}
