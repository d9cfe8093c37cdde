import SystemPackage

/// The variables of a container: the image's, those of `--env-file`, those of `-e`; the last of a name counts.
struct ContainerEnvironment {
    private(set) var entries: [String]

    init(image: [String], files: [String], given: [String], isTerminal: Bool) throws {
        entries = image
        if isTerminal, !image.contains(where: { $0.hasPrefix("TERM=") }) { set("TERM=xterm") }
        for file in files { try read(file) }
        for entry in given { try take(entry) }
    }

    /// The variables with the one that Docker adds: the name of the host, behind the path, unless somebody set it.
    static func named(_ hostname: String, _ entries: [String]) -> [String] {
        guard !entries.contains(where: { $0.hasPrefix("HOSTNAME=") }) else { return entries }
        var entries = entries
        let place = entries.firstIndex { $0.hasPrefix("PATH=") }.map { $0 + 1 } ?? 0
        entries.insert("HOSTNAME=\(hostname)", at: place)
        return entries
    }

    /// `NAME=VALUE`, or `NAME` for ours, which is left out where there is none.
    private mutating func take(_ entry: String) throws {
        guard !entry.isEmpty, !entry.hasPrefix("=") else {
            throw CommandError(
                "invalid-variable",
                "invalid argument \"\(entry)\" for \"-e, --env\" flag: invalid environment variable: \(entry)",
                status: .docker)
        }
        if entry.contains("=") {
            set(entry)
        } else if let value = ProgramPath.value(entry) {
            set("\(entry)=\(value)")
        } else {
            // Docker takes a variable of the image away that is named and is not ours.
            entries.removeAll { $0.hasPrefix("\(entry)=") }
        }
    }

    private mutating func set(_ entry: String) {
        let name = entry.prefix { $0 != "=" }
        entries.removeAll { $0.hasPrefix("\(name)=") }
        entries.append(entry)
    }

    /// A line for each variable; `#` begins a comment, a value stands as it is, quotes too.
    private mutating func read(_ file: String) throws {
        let bytes: [UInt8]
        do throws(CommandError) {
            bytes = try InputFile.read(file, limit: 4 << 20)
        } catch {
            throw CommandError("env-file", "open \(file): \(error.message)", status: .docker)
        }
        var text = String(decoding: bytes, as: UTF8.self)[...]
        if text.unicodeScalars.first == "\u{FEFF}" { text = text.dropFirst() }
        for line in text.split(whereSeparator: \.isNewline) {
            let entry = line.drop(while: \.isWhitespace)
            guard !entry.isEmpty, !entry.hasPrefix("#") else { continue }
            let name = entry.prefix { $0 != "=" }
            guard !name.contains(where: \.isWhitespace) else {
                throw CommandError(
                    "env-file", "poorly formatted environment: variable '\(name)' contains whitespaces",
                    file: file, status: .docker)
            }
            guard !name.isEmpty else {
                throw CommandError(
                    "env-file", "poorly formatted environment: no variable name on line '\(entry)'", file: file,
                    status: .docker)
            }
            // A name alone that is not ours is left out.
            if entry.contains("=") {
                set(String(entry))
            } else if let value = ProgramPath.value(String(entry)) {
                set("\(entry)=\(value)")
            }
        }
    }
}
