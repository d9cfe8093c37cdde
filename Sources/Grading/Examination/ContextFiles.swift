import Checks
import Lessons
import SystemPackage

/// Finds files of a build context.
enum ContextFiles {
    private static let maximum = 10_000

    /// Regular files whose name matches one of the globs, relative, sorted; links are not followed, since a learner's
    /// folder must not lead out of itself. What a workspace keeps for itself is no part of the context.
    static func matching(_ globs: [String], in context: FilePath) -> [FilePath] {
        let patterns = globs.map { NamePattern($0) }
        var found: [FilePath] = []
        var seen = 0
        var pending: [FilePath] = [FilePath()]
        while let folder = pending.popLast(), seen < maximum {
            for name in (try? LocalFiles.names(in: context.pushing(folder))) ?? [] {
                seen += 1
                let path = folder.appending(name)
                switch LocalFiles.kind(context.pushing(path)) {
                case .folder where path.string == Workspace.stateFolderName: break
                case .folder: pending.append(path)
                case .file where patterns.contains { $0.matches(name.string) }: found.append(path)
                default: break
                }
            }
        }
        return found.sorted { $0.string < $1.string }
    }
}
