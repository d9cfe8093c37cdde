import Checks

/// An image's command, as far as it is one program and its arguments: no script, no pipe, nothing before it or after it.
struct DirectCommand {
    private let path: ImagePath?

    /// - Parameter found: what the command starts, for a name that has to be looked for.
    init(_ config: ConfigObservation, found: ImagePath?) {
        var words = config.arguments[...]
        if words.count >= 3, words[0].hasSuffix("sh"), words[1] == "-c" {
            guard words.count == 3, !words[2].contains(where: { ";|&<>(){}$`\\\n".contains($0) }) else {
                path = nil
                return
            }
            words = words[2].split { $0 == " " || $0 == "\t" }.map(String.init)[...]
        }
        // Variables for the program, and what hands over to it.
        while let word = words.first, ["exec", "env", "/usr/bin/env"].contains(word) || Self.isAssignment(word) {
            words.removeFirst()
        }
        path = words.first.flatMap { word in
            if word.hasPrefix("/") { return ImagePath(word) }
            return word.contains("/") ? ImagePath(config.workingDirectory + "/" + word) : found
        }
    }

    /// Whether it starts one of some programs.
    func starts(one programs: [ImagePath]) -> Bool { path.map(programs.contains) ?? false }

    private static func isAssignment(_ word: String) -> Bool {
        guard let name = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).first,
            name.count < word.count, let first = name.first
        else { return false }
        return (first.isLetter || first == "_") && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }
}
