/// What stands in for a submission's sources: a program that prints the expected text and a secret.
struct Canary {
    /// What the submission's own program is to print.
    let text: String
    /// The secret, which no submission knows.
    let token: String

    var printed: String { "\(text) \(token)" }

    /// A variable with which it fails; a name that no shell drops.
    var failing: String { token.replacing("-", with: "_") }

    var source: [UInt8] { Self.source(printing: printed, failing: failing) }

    /// A C program. `main` is weak, so that a program of several files, each replaced, still links.
    /// - Parameter variable: with it in its environment, the program fails after it has printed.
    static func source(printing text: String, failing variable: String) -> [UInt8] {
        var literal = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "?"):
                literal += "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7E: literal.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let octal = String(byte, radix: 8)
                literal += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
            }
        }
        let source = """
            #include <stdio.h>
            #include <stdlib.h>

            __attribute__((weak)) int main(void) {
              puts("\(literal)");
              return getenv("\(variable)") ? 1 : 0;
            }

            """
        return Array(source.utf8)
    }
}
