/// The value of `STOPSIGNAL`.
package enum Signal {
    /// Linux's signals by name, without `SIG`.
    private static let numbers: [String: Int] = {
        let names: [(String, Int)] = [
            ("ABRT", 6), ("ALRM", 14), ("BUS", 7), ("CHLD", 17), ("CLD", 17), ("CONT", 18), ("FPE", 8), ("HUP", 1),
            ("ILL", 4), ("INT", 2), ("IO", 29), ("IOT", 6), ("KILL", 9), ("PIPE", 13), ("POLL", 29), ("PROF", 27),
            ("PWR", 30), ("QUIT", 3), ("SEGV", 11), ("STKFLT", 16), ("STOP", 19), ("SYS", 31), ("TERM", 15),
            ("TRAP", 5), ("TSTP", 20), ("TTIN", 21), ("TTOU", 22), ("URG", 23), ("USR1", 10), ("USR2", 12),
            ("VTALRM", 26), ("WINCH", 28), ("XCPU", 24), ("XFSZ", 25), ("RTMIN", 34), ("RTMAX", 64),
        ]
        var out = Dictionary(uniqueKeysWithValues: names)
        for step in 1...15 { out["RTMIN+\(step)"] = 34 + step }
        for step in 1...14 { out["RTMAX-\(step)"] = 64 - step }
        return out
    }()

    /// The number of a signal written as a number or a name, with or without `SIG`, in any case.
    package static func parse(_ text: String) throws(InstructionError) -> Int {
        if let number = Int(text) {
            if number != 0 { return number }
        } else {
            let upper = text.uppercased()
            if let number = numbers[upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper] { return number }
        }
        throw InstructionError(
            id: "signal", message: "invalid signal: \(text)",
            hint: GoSuggestion.search(text.uppercased(), in: numbers.keys.sorted().map { "SIG" + $0 })
                .map { "did you mean \($0)?" } ?? "write a name as in SIGTERM, or a number", word: text)
    }
}
