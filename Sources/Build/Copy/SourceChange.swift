import Diagnostics
import Linux
import SystemPackage

extension CopyMatch {
    /// The first file of a context that somebody changed since it was found, or that is gone: what was hashed of it and
    /// what was copied may be two different things. nil where all are as they were.
    ///
    /// A change shows in the file's `ctime`, which no program can set.
    func firstChanged(in root: RootedDirectory) -> FilePath? {
        var from = OpenDirectory(root: root, top: path)
        for entry in entries {
            guard let changed = entry.changed else { continue }
            if let (directory, name) = try? from.place(entry),
                let status = try? directory.status(name, followingLast: false), status.changed == changed,
                status.size == entry.size
            {
                continue
            }
            return entry.path.isEmpty ? path : path.pushing(entry.path)
        }
        return nil
    }
}

extension CopyPlan {
    /// The first file among its sources that somebody changed since it was found.
    func firstChanged(in root: SourceRoot?) -> FilePath? {
        guard let root else { return nil }
        for item in items {
            switch item {
            case .match(let match), .archive(let match):
                if let path = match.firstChanged(in: root.directory) { return path }
            case .download, .repository: continue
            }
        }
        return nil
    }
}

extension RunMounts {
    /// The first file of a context behind the mounts that somebody changed since it was found.
    func firstChanged() -> FilePath? {
        for case .files(let match, let root) in entries.lazy.map(\.source) {
            if let path = match.firstChanged(in: root.directory) { return path }
        }
        return nil
    }
}

extension BuildJob {
    /// Whether nothing changed; says what did.
    func isUnchanged(_ changed: FilePath?, range: SourceRange?) -> Bool {
        guard let changed else { return true }
        warn(
            "changed-while-used",
            "\(SafeText(line: changed.string)) changed while this step used it: the step is run again next time",
            hint: "let nothing write to the build context during a build, or leave the file out with .dockerignore",
            range: range)
        return false
    }
}
