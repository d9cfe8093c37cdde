import Dockerfile

/// Words of a `COPY` that were meant as something else than the name of a file.
enum MisreadWord {
    /// What to say about the first of them; nil when there is none.
    static func hint(for command: Command) -> String? {
        if let hint = PastedText.hint(in: command.text) { return hint }
        let words = command.arguments.map(\.text)
        if let word = words.first(where: { $0.hasPrefix("--") && $0.count > 2 }) {
            return
                "\(word) is taken for a file here: flags come before everything else, as in \(command.keyword) \(word) ..."
        }
        let flags = ["from", "chown", "chmod", "link", "parents", "exclude", "checksum", "keep-git-dir", "unpack"]
        if let word = words.first(where: { word in flags.contains { word == "-\($0)" || word.hasPrefix("-\($0)=") } }) {
            return "\(word) is taken for a file here: flags begin with two dashes, as in -\(word)"
        }
        if words.contains(where: { $0.hasPrefix("#") }) {
            return "what follows # is taken for the names of files here: a comment stands on a line of its own"
        }
        return nil
    }
}

extension Command {
    /// Where a `COPY` or `ADD` copies to, as it is written.
    var destination: String? {
        switch instruction {
        case .copy(let copy): copy.destination
        case .add(let add): add.destination
        default: nil
        }
    }
}
