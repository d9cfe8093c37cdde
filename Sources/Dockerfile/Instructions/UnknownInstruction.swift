import Diagnostics

/// What somebody most likely meant who wrote an instruction that there is not.
struct UnknownInstruction {
    let name: String
    /// The whole line.
    let line: String

    var hint: String {
        if let scalar = name.unicodeScalars.first(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return
                "there is a control character (\(PastedText.code(scalar))) in it: is this a text file, saved as UTF-8?"
        }
        // A space that is none joins the instruction with what follows.
        if let pasted = name.unicodeScalars.lazy.compactMap(PastedText.character).first {
            let advice = "\(pasted.name) (\(pasted.code)) is in the instruction: \(pasted.advice)"
            return pasted.instead == "an ordinary space"
                ? "a no-break space follows the instruction: type an ordinary space in its place" : advice
        }
        if let scalar = name.unicodeScalars.first(where: { $0.value > 0x7F }), let near = nearest {
            return
                "did you mean \(near)? \(String(scalar)) is \(PastedText.code(scalar)), which only looks like one of its letters"
        }
        if let clue = leftover { return clue }
        if let near = nearest { return "did you mean \(near)?" }
        if Self.commands.contains(name.lowercased()) {
            return "to run a command while building, write RUN \(name) ...; a line that goes on must end with \\"
        }
        return "a line that belongs to the one before needs a \\ at the end of that line"
    }

    private var nearest: String? {
        // BuildKit counts swapped letters as two mistakes and takes `RNU` for ENV: it is asked for what is left only.
        if let near = Suggestion.nearest(to: name, among: InstructionParser.names) {
            return GoSuggestion.cased(near, as: name)
        }
        return GoSuggestion.search(name, in: InstructionParser.names, ignoringCase: true)
    }

    /// What came along when a text was copied.
    private var leftover: String? {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        let second = words.count > 1 ? words[1].uppercased() : ""
        switch name {
        case "$", "%", ">", "#":
            return InstructionParser.names.contains(second)
                ? "the \(name) in front is a prompt, and no part of the file: delete it"
                : "what stands after a prompt is typed into a shell; in a Dockerfile it is RUN and the command"
        case _ where name.hasPrefix("```") || name.hasPrefix("~~~"):
            return "\(name.prefix(3)) is Markdown around the file, and no part of it: delete the line"
        case _ where name.hasPrefix("<<<<<<<") || name.hasPrefix("=======") || name.hasPrefix(">>>>>>>"):
            return
                "git left a conflict here: keep one of the two versions, and delete the lines with <<<<<<<, ======= and >>>>>>>"
        case _ where name.hasPrefix("<"): return "this is HTML: was a web page saved in place of the file?"
        case _ where name.hasPrefix("//") || name.hasPrefix("/*") || name == "--" || name.hasPrefix(";"):
            return "a comment begins with #"
        case _ where name.lowercased() == "docker" || name.lowercased() == "lesson":
            return
                "that is a command for a shell, and no instruction: it is typed in a terminal, not into the Dockerfile"
        case _ where name.hasSuffix(":"):
            return InstructionParser.names.contains(name.dropLast().uppercased())
                ? "an instruction has no colon: write \(name.dropLast())"
                : "this looks like YAML, which a Dockerfile is not"
        case _ where name.hasPrefix("{") || name.hasPrefix("["):
            return "this looks like JSON, which a Dockerfile is not"
        case _ where name.utf8.contains(UInt8(ascii: "=")) && !name.hasPrefix("="):
            return "a variable is set with ENV \(name), or with ARG for the build alone"
        default: return nil
        }
    }

    /// What people type as if a Dockerfile were a shell script.
    private static let commands: Set<String> = [
        "apt", "apt-get", "apk", "cat", "cd", "chmod", "chown", "cp", "curl", "dnf", "echo", "export", "g++", "gcc",
        "git",
        "go", "install", "ln", "ls", "make", "mkdir", "mv", "npm", "pip", "python", "python3", "rm", "set", "sh",
        "bash",
        "sudo", "tar", "touch", "useradd", "adduser", "wget", "yum", "&&", "||",
    ]
}
