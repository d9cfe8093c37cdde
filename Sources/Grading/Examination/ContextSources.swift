import Checks
import Lessons
import Linux
import SystemPackage

/// The sources in a submission's folder: those that the rule names, and those of other languages.
struct ContextSources {
    struct Source {
        let path: FilePath
        let language: SourceLanguage

        /// For messages.
        var words: String { "`\(Wording.clipped(path.string, 80))` (\(language.name))" }
    }

    /// Those that a canary can stand in for.
    private(set) var replaceable: [Source] = []
    /// Those that none can.
    private(set) var strange: [Source] = []

    init(_ rule: SubstitutionRule, in context: FilePath) {
        let patterns = rule.files.map { NamePattern($0) }
        let root = try? RootedDirectory(at: context)
        for path in ContextFiles.matching(rule.files + SourceLanguage.globs, in: context) {
            let name = path.lastComponent?.string ?? ""
            let isNamed = patterns.contains { $0.matches(name) }
            guard let language = SourceLanguage(ofName: name) ?? (isNamed ? .c : nil) else { continue }
            let source = Source(path: path, language: language)
            // What is in a file is asked only where it matters: of C, each file is replaced.
            if language == .c || language.isReplaceable((try? root?.readFile(path, limit: 1 << 20)) ?? []) {
                replaceable.append(source)
            } else {
                strange.append(source)
            }
        }
    }
}
