import Dockerfile
import Linux
import SystemPackage

/// Opens a folder to copy from.
enum ContextOpening {
    /// Where a workspace keeps a learner's progress, and the file that shows it.
    private static let progress = FilePath(".lesson/progress.json")

    static func open(
        _ path: FilePath, ownership: Ownership, ignore: IgnorePatterns?, substitutions: [FilePath: [UInt8]]
    ) throws(BuildFailure) -> SourceRoot {
        do {
            var root = SourceRoot(
                directory: try RootedDirectory(at: path), ignore: ignore, keepsOwners: false, ownership: ownership)
            root.substitutions = Dictionary(
                substitutions.map { (FilePath("/").pushing($0.key), $0.value) }, uniquingKeysWith: { first, _ in first }
            )
            // It changes with every check: as part of the context it would get into images, and no `COPY . .` would be
            // found in the cache again.
            if try root.directory.statusIfPresent(progress, followingLast: false) != nil {
                root.hidden = FilePath("/").pushing(progress.removingLastComponent())
            }
            return root
        } catch {
            throw .environment(
                "no-context", "cannot open the build context \(path): \(error.errno)",
                hint: "the last word of docker build names the folder with the files to copy")
        }
    }
}
