import Diagnostics
import Dockerfile
import Linux
import Sandbox
import SystemPackage

/// Says why a copy did not come about, in words that lead on.
struct CopyFailure {
    var error: CopyError
    var file: String?
    var command: Command?
    /// What `COPY` took from: the build context, a stage, an image, in words.
    var place = "the build context"
    /// The tree it took from, to look for what was meant.
    var root: SourceRoot?
    /// The sources as they are written.
    var sources: [String] = []
    var contextPath: String?

    var failure: BuildFailure {
        switch error {
        case .missing(let path): missing(path)
        case .fileOverDirectory(let path):
            learner(
                "copy-conflict", "cannot replace the directory \(path) with a file",
                hint: "copy to another place, or remove the directory first with RUN rm -r \(path)")
        case .directoryOverFile(let path):
            learner(
                "copy-conflict", "cannot copy a directory to \(path), which is no directory",
                hint: "copy to another place, or remove \(path) first with RUN rm \(path)")
        case .special(let path):
            learner("copy-special", "\(path) is a device or a socket, which cannot be copied", hint: nil)
        case .tooManyFiles(let limit):
            learner(
                "limit-context", "stopped: more than \(limit) files from \(place)",
                hint: "name what is left out in .dockerignore")
        case .tooManyBytes(let limit):
            learner(
                "limit-context", "stopped: \(LimitExceeded(kind: .contextBytes, limit: limit).words) from \(place)",
                hint: LimitExceeded.Kind.contextBytes.advice)
        case .identity(let error):
            learner("bad-owner", error.description, hint: "use a smaller id")
        case .archive(let message): learner("bad-archive", message, hint: "use COPY to keep the archive as it is")
        case .images(let error): BuildFailure.images(error)
        case .instruction(let error): learner(error.id, error.message, hint: error.hint)
        case .system(let error):
            if error.errno == .permissionDenied, root?.keepsOwners == false {
                learner("copy-unreadable", "\(error)", hint: "make it readable with chmod +r")
            } else {
                BuildFailure.system(error, what: "cannot copy")
            }
        case .other(let message): .environment("system", message)
        }
    }

    private func learner(_ id: String, _ message: String, hint: String?) -> BuildFailure {
        .learner(id, message, hint: hint, file: file, range: command.map { $0.lines(at: $0.destination ?? "") })
    }

    // MARK: - A source that is not there

    private func missing(_ path: String) -> BuildFailure {
        let written = sources.first { PathText.absolute($0, in: "/") == path } ?? String(path.drop { $0 == "/" })
        let outside = root?.keepsOwners == false && escapes(written)
        let message = outside ? "\(written) is outside of \(place)" : "\"\(path)\" not found in \(place)"
        return .learner(
            "copy-source-missing", message, hint: hint(path, written: written), file: file,
            range: command.map { $0.lines(at: written) })
    }

    private func hint(_ path: String, written: String) -> String? {
        guard let root else { return nil }
        let inContext = !root.keepsOwners
        if let misread = command.flatMap({ MisreadWord.hint(for: $0) }) { return misread }
        if inContext, escapes(written) {
            let folder = contextPath.map {
                $0 == "." ? "the folder that docker build was started in" : "the folder \($0)"
            }
            return
                "the build context is \(folder ?? "the folder that docker build is given"), and nothing above it can be "
                + "copied: copy the file into it first"
        }
        let relative = PathText.clean(path)
        if let ignore = root.ignore {
            let (isIgnored, rule) = ignore.verdict(relative)
            if isIgnored, (try? root.directory.statusIfPresent(FilePath(path))) != nil {
                let line = rule.map { $0.line > 0 ? " on line \($0.line)" : "" } ?? ""
                return "the file is there, but .dockerignore leaves it out"
                    + (rule.map { " (rule \"\($0.pattern)\"\(line))" } ?? "")
            }
        }
        if let link = brokenLink(path, in: root) { return link }
        let (directory, names) = neighbours(of: path, in: root)
        let wanted = PathText.name(path)
        if !inContext, let made = madeElsewhere(path, wanted, beside: (directory, names), in: root) { return made }
        if let near = Suggestion.nearest(to: wanted, among: names) {
            let shown = directory == "/" ? near : PathText.clean(directory) + "/" + near
            return "did you mean \(shown)?"
        }
        if names.isEmpty { return "\(directory == "/" ? place : directory) is empty" }
        // What every base has says nothing.
        let own = names.filter { directory != "/" || inContext || !Self.standard.contains($0) }
        if own.isEmpty { return "nothing was put into \(place) that its base does not have" }
        return "\(directory == "/" ? place : directory) has \(shown(own))"
    }

    private func shown(_ names: [String]) -> String {
        names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", ..." : "")
    }

    /// A link that is there, and leads to nothing that can be copied.
    private func brokenLink(_ path: String, in root: SourceRoot) -> String? {
        guard let status = try? root.directory.statusIfPresent(FilePath(path), followingLast: false),
            status.kind == .symbolicLink, let target = try? root.directory.readLink(FilePath(path))
        else { return nil }
        let place = root.keepsOwners ? "which is not there" : "which is not in the build context"
        return
            "it is a link to \(SafeText(line: target.string)), \(place): "
            + (root.keepsOwners ? "copy what it leads to" : "put the file itself into the folder in its place")
    }

    /// What a stage has in place of a program that is not where it was looked for: the same name elsewhere, or a compiler's
    /// default name; a source is never what was meant.
    private func madeElsewhere(
        _ path: String, _ wanted: String, beside: (directory: String, names: [String]), in root: SourceRoot
    ) -> String? {
        if let other = NameSearch(root: root.directory, skipping: Self.standard).first(wanted) {
            return "it is at \(SafeText(line: other.string))"
        }
        if beside.names.contains("a.out") {
            let folder = beside.directory == "/" ? "" : beside.directory
            return "\(folder)/a.out is there, as a compiler calls its program that is told no name: `gcc -o \(wanted)`"
        }
        let source = beside.names.first { name in
            guard let end = name.lastIndex(of: "."), name[..<end] == wanted else { return false }
            return Self.sources.contains(name[end...].lowercased())
        }
        guard let source else { return nil }
        return "\(source) is there and nothing made \(wanted) of it: is there a RUN in \(place) that compiles it?"
    }

    /// What the bases of images have.
    private static let standard: Set<String> = [
        "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root",
        "run",
        "sbin", "srv", "sys", "tmp", "usr", "var",
    ]
    private static let sources: Set<String> = [
        ".c", ".cc", ".cpp", ".cxx", ".go", ".rs", ".s", ".f90", ".pas", ".zig", ".swift", ".java", ".hs", ".ml", ".d",
        ".nim",
    ]

    /// Whether a source climbs above the context.
    private func escapes(_ source: String) -> Bool {
        var depth = 0
        for name in source.split(separator: "/") {
            if name == ".." { depth -= 1 } else if name != "." { depth += 1 }
            if depth < 0 { return true }
        }
        return false
    }

    /// The nearest directory above a path that exists, and what is in it.
    private func neighbours(of path: String, in root: SourceRoot) -> (directory: String, names: [String]) {
        var directory = PathText.parent(path)
        while true {
            if let canonical = try? root.directory.resolve(FilePath(directory)),
                let children = try? root.children(of: canonical)
            {
                return (directory, children.map(\.name.string))
            }
            guard directory != "/" else { return ("/", []) }
            directory = PathText.parent(directory)
        }
    }
}
