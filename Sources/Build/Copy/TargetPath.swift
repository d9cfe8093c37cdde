import Linux
import SystemPackage

/// Resolves paths of which the end may not exist yet, inside a root (Go's `fs.RootPath`).
enum TargetPath {
    /// How many links are followed before it is called a loop, as the kernel does.
    static let linkLimit = 40

    /// Absolute, every link in it followed inside `root`; names below something that does not exist stay as they are.
    static func resolve(_ path: FilePath, in root: RootedDirectory) throws(CopyError) -> FilePath {
        // The common case in one call: everything is there.
        if let whole = try? root.resolve(path) { return whole }
        var done = FilePath("/")
        var waiting = Array(path.components.reversed())
        var links = 0
        while let name = waiting.popLast() {
            switch name.kind {
            case .currentDirectory: continue
            case .parentDirectory:
                done.removeLastComponent()
                continue
            case .regular: break
            }
            let next = done.appending(name)
            do throws(LinuxError) {
                guard let status = try root.statusIfPresent(next, followingLast: false), status.kind == .symbolicLink
                else {
                    done = next
                    continue
                }
                links += 1
                guard links <= linkLimit else {
                    throw LinuxError("resolve", path, .tooManySymbolicLinkLevels)
                }
                let target = try root.readLink(next)
                if target.isAbsolute { done = FilePath("/") }
                waiting += target.components.reversed()
            } catch {
                throw .system(error)
            }
        }
        return done
    }
}
