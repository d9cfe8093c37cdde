import ArgumentParser

/// A size as Docker's flags take it: `512m`, `2GB`, `1024`; units are binary, as there.
struct ByteAmount: ExpressibleByArgument, Sendable {
    let bytes: Int64

    init?(argument: String) {
        let lowered = argument.lowercased()
        let digits = lowered.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = lowered.dropFirst(digits.count).drop { $0 == " " }
        let powers = ["": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4]
        let name =
            unit.hasSuffix("ib") ? unit.dropLast(2) : unit.count > 1 && unit.hasSuffix("b") ? unit.dropLast() : unit
        guard let number = Double(digits), let power = powers[String(name)] else { return nil }
        let value = (0..<power).reduce(number) { value, _ in value * 1024 }
        guard value >= 0, value < 9e18 else { return nil }
        bytes = Int64(value)
    }
}
