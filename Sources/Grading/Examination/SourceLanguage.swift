import Checks

/// The language of a source, by the ending of its name.
enum SourceLanguage: Hashable {
    /// C, and C++, which a program of a few lines is too.
    case c
    case go
    case rust
    /// One that there is no canary for.
    case other(String)

    private static let known: [String: SourceLanguage] = {
        var known: [String: SourceLanguage] = ["c": .c, "go": .go, "rs": .rust]
        for ending in ["cc", "cpp", "cxx", "c++", "cp", "C", "CC", "CPP"] { known[ending] = .c }
        for (name, endings) in [
            ("assembly", ["s", "S", "asm", "nasm"]), ("Fortran", ["f", "F", "for", "f90", "F90", "f95", "f03", "f08"]),
            ("Objective-C", ["m", "mm"]), ("Ada", ["adb"]), ("D", ["d"]), ("Haskell", ["hs"]), ("Nim", ["nim"]),
            ("OCaml", ["ml"]), ("Pascal", ["pas", "pp"]), ("Swift", ["swift"]), ("Zig", ["zig"]),
            ("Java", ["java"]), ("C#", ["cs"]), ("Kotlin", ["kt"]), ("Vala", ["vala"]), ("COBOL", ["cob", "cbl"]),
        ] {
            for ending in endings { known[ending] = .other(name) }
        }
        return known
    }()

    /// Globs of the names of all sources that are known.
    static let globs = known.keys.sorted().map { "*.\($0)" }

    /// nil for a name that is none of a source.
    init?(ofName name: String) {
        let parts = name.split(separator: ".")
        guard parts.count > 1, let ending = parts.last, let language = Self.known[String(ending)] else { return nil }
        self = language
    }

    var name: String {
        switch self {
        case .c: "C"
        case .go: "Go"
        case .rust: "Rust"
        case .other(let name): name
        }
    }

    /// Whether a canary may stand in for a source: where a program has one `main`, only for the file that it is in.
    func isReplaceable(_ source: [UInt8]) -> Bool {
        switch self {
        case .c: true
        case .go: ByteSearch.contains(source, Array("func main(".utf8))
        case .rust: ByteSearch.contains(source, Array("fn main(".utf8))
        case .other: false
        }
    }

    /// A text as it stands between the quotes of a literal.
    func escaped(_ text: String) -> String {
        var literal = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": literal += "\\\(scalar)"
            // Two of them begin a trigraph in C.
            case "?" where self == .c: literal += "\\?"
            case " "..."~": literal.unicodeScalars.append(scalar)
            case _ where self == .rust: literal += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                for byte in String(scalar).utf8 {
                    let octal = String(byte, radix: 8)
                    literal += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
                }
            }
        }
        return literal
    }
}
