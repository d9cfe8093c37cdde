public import Diagnostics

/// A course as container.training's `markmaker` puts it together: a list of decks, some of them in parts, some written in
/// the manifest itself.
///
/// ```yaml
/// title: Containers
/// gitrepo: example.org/us/course
/// exclude: [self-paced]
/// content:
/// - intro.md
/// - # part 1
///   - images.md
///   - |
///     # Questions?
/// ```
public struct CourseManifest: Sendable {
    /// The course's title.
    public var title: String?
    /// What `@@CHAT@@`, `@@GITREPO@@`, `@@SLIDES@@`, `@@ZIP@@`, `@@HTML@@`, `@@SLIDENUMBERPREFIX@@` stand for, by key in
    /// lower case.
    public var values: [String: String]
    /// Slides of these classes are left out.
    public var excludedClasses: [String]
    /// What is shown.
    public var content: [Content]
    /// What is wrong with the manifest.
    public var diagnostics: [Diagnostic]
    /// The manifest's file, as the caller named it.
    public var file: String?

    /// A part of the content.
    public indirect enum Content: Hashable, Sendable {
        /// A deck's file, relative to the manifest.
        case file(String, line: Int)
        /// Markdown in the manifest.
        case markdown(String, line: Int)
        /// A part: what the table of contents shows as one.
        case part([Content], line: Int)
    }

    /// A file that a course asks its caller for.
    public enum Request: Hashable, Sendable {
        /// A deck named in `content:`; relative to the manifest's folder.
        case content(String)
        /// A file of `@@INCLUDE[...]`; relative to the repository's root, which is the folder above the manifest's.
        case include(String)
    }

    /// How deep parts may nest.
    static let maximumDepth = 16

    /// Reads a manifest.
    /// - Parameters:
    ///   - value: the parsed YAML.
    ///   - file: its name, for diagnostics.
    ///   - overrides: values that replace the manifest's, as `OVERRIDE_<key>` of the environment does for `markmaker`.
    public init(_ value: ManifestValue, file: String? = nil, overrides: [String: String] = [:]) {
        title = nil
        values = [:]
        excludedClasses = []
        content = []
        diagnostics = []
        self.file = file
        guard case .map(let entries, let line) = value else {
            report("invalid-manifest", value.line, "a manifest is a mapping", "write 'title:' and 'content:'")
            return
        }
        for entry in entries {
            switch entry.key {
            case "exclude": excludedClasses = Self.strings(entry.value)
            case "content": content = contents(entry.value, depth: 0)
            default: values[entry.key.lowercased()] = entry.value.text
            }
        }
        for (key, text) in overrides {
            if key == "exclude" { excludedClasses = text.classList } else { values[key.lowercased()] = text }
        }
        title = values["title"]
        if let slides = values["slides"], values["zip"] == nil {
            values["zip"] = slides.hasSuffix("/") ? slides + "slides.zip" : slides + "/slides.zip"
        }
        if value["content"] == nil {
            report("invalid-manifest", line, "the manifest has no 'content:'", "list the decks under 'content:'")
        }
    }

    private static func strings(_ value: ManifestValue) -> [String] {
        switch value {
        case .scalar(let text, _): text.isEmpty ? [] : text.classList
        case .list(let items, _): items.compactMap(\.text)
        case .map: []
        }
    }

    private mutating func contents(_ value: ManifestValue, depth: Int) -> [Content] {
        guard depth < Self.maximumDepth else {
            report("invalid-manifest", value.line, "parts nest deeper than \(Self.maximumDepth)", nil)
            return []
        }
        switch value {
        case .scalar(let text, let line):
            if text.contains("\n") { return [.markdown(text, line: line)] }
            return text.isEmpty ? [] : [.file(text, line: line)]
        case .list(let items, _):
            return items.flatMap { item -> [Content] in
                if case .list(_, let line) = item { return [.part(contents(item, depth: depth + 1), line: line)] }
                return contents(item, depth: depth)
            }
        case .map(_, let line):
            report(
                "invalid-manifest", line, "a mapping where a file or Markdown is expected",
                "a colon in a file name needs quotes")
            return []
        }
    }

    mutating func report(_ id: String, _ line: Int, _ message: String, _ hint: String?) {
        diagnostics.append(
            Diagnostic(
                id: id, severity: .error, file: file, range: SourceRange(line: max(1, line)), message: message,
                hint: hint))
    }
}
