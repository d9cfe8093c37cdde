/// A signal that ended a program (signal(7)), in words.
struct ProcessSignal {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    /// The signal behind an exit status, as shells and runtimes report it: 128 and the signal's number.
    init?(status: Int32) {
        guard status > 128, status < 160 else { return nil }
        number = status - 128
    }

    var words: String {
        switch number {
        case 4: "SIGILL (an instruction that this processor does not have)"
        case 6: "SIGABRT (the program gave up)"
        case 8: "SIGFPE (a division by zero)"
        case 9: "SIGKILL (out of memory?)"
        case 11: "SIGSEGV (segmentation fault)"
        case 13: "SIGPIPE (nobody reads what it prints)"
        case 15: "SIGTERM"
        default: "signal \(number)"
        }
    }

    var advice: String {
        switch number {
        case 4: "Compile it in the build, without flags such as `-march=native`."
        case 6: "The program stopped itself: look for `abort`, a failed `assert`, or memory that is freed twice."
        case 8: "The program divides by zero somewhere."
        case 9: "Something stopped it: does it take memory without end?"
        case 11: "The program crashed: it uses memory that is not its own. Look at pointers and at the ends of arrays."
        default: "The program crashed."
        }
    }
}

extension ProcessSignal {
    /// The names of signal(7) for Linux, from number 1 on.
    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
        "IO",
        "PWR", "SYS",
    ]

    /// The signal that a text names: a number, or a name with or without `SIG`, in any case.
    init?(_ text: String) {
        if let number = Int32(text) {
            self.init(number)
            return
        }
        var name = text.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        let aliases = ["IOT": "ABRT", "CLD": "CHLD", "POLL": "IO"]
        if let index = Self.names.firstIndex(of: aliases[name] ?? name) {
            self.init(Int32(index + 1))
        } else if name.hasPrefix("RTMIN"), let offset = Int32(name.dropFirst(5).isEmpty ? "0" : name.dropFirst(5)) {
            self.init(34 &+ offset)
        } else if name.hasPrefix("RTMAX"), let offset = Int32(name.dropFirst(5).isEmpty ? "0" : name.dropFirst(5)) {
            self.init(64 &+ offset)
        } else {
            return nil
        }
    }

    /// Whether two texts name the same signal.
    static func isSame(_ a: String, _ b: String) -> Bool {
        if let first = ProcessSignal(a), let second = ProcessSignal(b) { return first.number == second.number }
        return a == b
    }
}
