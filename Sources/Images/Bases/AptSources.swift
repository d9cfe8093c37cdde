import Glibc
import Linux
import SystemPackage

/// The mirrors that this machine's own apt uses: the only place where host names come from.
struct AptSources {
    /// One `deb` line, as apt and mmdebstrap read it.
    struct Entry: Hashable {
        var options: [String]
        var uri: String
        var suite: String
        var components: [String]

        var line: String {
            let bracket = options.isEmpty ? "" : "[\(options.joined(separator: " "))] "
            return "deb \(bracket)\(uri) \(suite) \(components.joined(separator: " "))"
        }
    }

    var entries: [Entry]

    /// Reads `sources.list` and what is in `sources.list.d` below `folder`.
    init(folder: FilePath = "/etc/apt") {
        entries = []
        var files: [FilePath] = [folder.appending("sources.list")]
        if let directory = try? RootedDirectory(at: folder.appending("sources.list.d")),
            let names = try? directory.entries()
        {
            files += names.map { folder.appending("sources.list.d").appending($0.name) }.sorted {
                $0.string < $1.string
            }
        }
        for file in files {
            guard let name = file.lastComponent, let directory = try? RootedDirectory(at: file.removingLastComponent()),
                let bytes = try? directory.readFile(FilePath(root: nil, [name]), limit: 1 << 20)
            else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            if file.extension == "list" { entries += Self.lines(text) }
            if file.extension == "sources" { entries += Self.stanzas(text) }
        }
    }

    /// What serves a suite: the suite itself, its updates and its security updates; components that are asked for.
    func serving(suite: String, components: [String]) -> [Entry] {
        var found: [Entry] = []
        let suites = [suite, "\(suite)-updates", "\(suite)-security"]
        for wanted in suites {
            for entry in entries
            where entry.suite == wanted || (wanted == suites[2] && entry.suite == "\(suite)/updates") {
                var kept = entry
                kept.components = components.filter { entry.components.contains($0) }
                if !kept.components.isEmpty, !found.contains(kept) { found.append(kept) }
            }
        }
        return found
    }

    /// One-line style (sources.list(5)).
    static func lines(_ text: String) -> [Entry] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            var words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)[...]
            guard words.popFirst() == "deb" else { return nil }
            var options: [String] = []
            if let first = words.first, first.hasPrefix("[") {
                while let word = words.popFirst() {
                    let bare = word.drop { $0 == "[" }.prefix { $0 != "]" }
                    if !bare.isEmpty { options.append(String(bare)) }
                    if word.hasSuffix("]") { break }
                }
            }
            guard let uri = words.popFirst(), let suite = words.popFirst() else { return nil }
            return Entry(options: portable(options), uri: uri, suite: suite, components: Array(words))
        }
    }

    /// deb822 style (sources.list(5)).
    static func stanzas(_ text: String) -> [Entry] {
        var entries: [Entry] = []
        var fields: [String: [String]] = [:]
        var last: String?
        func finish() {
            defer { fields = [:] }
            guard fields["types"]?.contains("deb") == true, fields["enabled"]?.first?.lowercased() != "no" else {
                return
            }
            var options: [String] = []
            // A key that is written out in place cannot stand in a line; mmdebstrap's own choice may do.
            if let key = fields["signed-by"]?.first, key.hasPrefix("/") { options.append("signed-by=\(key)") }
            if let trusted = fields["trusted"]?.first { options.append("trusted=\(trusted)") }
            for uri in fields["uris"] ?? [] {
                for suite in fields["suites"] ?? [] {
                    entries.append(
                        Entry(
                            options: portable(options), uri: uri, suite: suite, components: fields["components"] ?? []))
                }
            }
        }
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.hasPrefix("#") { continue }
            if line.allSatisfy(\.isWhitespace) {
                finish()
                last = nil
            } else if line.first?.isWhitespace == true {
                if let last { fields[last, default: []] += line.split(whereSeparator: \.isWhitespace).map(String.init) }
            } else if let colon = line.firstIndex(of: ":") {
                let name = line[..<colon].lowercased()
                fields[name] = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace).map(String.init)
                last = name
            }
        }
        finish()
        return entries
    }

    /// Options that hold inside of the image too. The archive's own keyring is where apt looks anyway.
    private static func portable(_ options: [String]) -> [String] {
        options.filter { option in
            let parts = option.split(separator: "=", maxSplits: 1)
            switch parts.first {
            case "trusted": return parts.last == "yes"
            case "signed-by": return parts.last?.hasPrefix("/usr/share/keyrings/debian-archive-") == false
            default: return false
            }
        }
    }
}
