/// What stands in for a submission's sources: a program that holds a secret, and prints what the submission's own is to
/// print.
///
/// Nothing that the build does with it can tell it from a right answer: it behaves in another way only for whoever knows
/// the name of a variable, when the image is run.
struct Canary {
    /// What the submission's own program is to print.
    let text: String
    /// The secret, which no submission knows.
    let token: String
    /// Whether it prints the secret without being asked, also during the build.
    var isLoud = false

    /// How it behaves, told by the variable.
    enum Mode: String {
        /// Prints the text and the secret.
        case telling
        /// The same, then fails.
        case failing
        /// Prints nothing.
        case silent
    }

    var printed: String { "\(text) \(token)" }

    /// What sets the mode in the environment; a name that no shell drops.
    func environment(_ mode: Mode) -> [String] { ["\(variable)=\(mode.rawValue)"] }

    private var variable: String { token.replacing("-", with: "_") }

    /// The program, nil in a language that there is none for.
    func source(in language: SourceLanguage) -> [UInt8]? {
        switch language {
        case .c: Array(c.utf8)
        case .go: Array(go.utf8)
        case .rust: Array(rust.utf8)
        case .other: nil
        }
    }

    private func literal(_ text: String, in language: SourceLanguage) -> String {
        "\"\(language.escaped(text))\""
    }

    /// C, and C++ too. `main` is weak, so that a program of several files, each replaced, still links.
    private var c: String {
        """
        #include <stdio.h>
        #include <stdlib.h>

        __attribute__((weak)) int main(void) {
          const char *mode = getenv("\(variable)");
          if (mode && *mode == 's') return 0;
          puts(\(isLoud ? "1" : "mode") ? \(literal(printed, in: .c)) : \(literal(text, in: .c)));
          return mode && *mode == 'f';
        }

        """
    }

    private var go: String {
        """
        package main

        import (
        \t"fmt"
        \t"os"
        )

        func main() {
        \tmode := os.Getenv("\(variable)")
        \tif mode == "silent" {
        \t\treturn
        \t}
        \tif \(isLoud ? "true" : "mode != \"\"") {
        \t\tfmt.Println(\(literal(printed, in: .go)))
        \t} else {
        \t\tfmt.Println(\(literal(text, in: .go)))
        \t}
        \tif mode == "failing" {
        \t\tos.Exit(1)
        \t}
        }

        """
    }

    private var rust: String {
        """
        fn main() {
            let mode = std::env::var("\(variable)").unwrap_or_default();
            if mode == "silent" {
                return;
            }
            let told = \(isLoud ? "true" : "!mode.is_empty()");
            println!("{}", if told { \(literal(printed, in: .rust)) } else { \(literal(text, in: .rust)) });
            if mode == "failing" {
                std::process::exit(1);
            }
        }

        """
    }
}
