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
