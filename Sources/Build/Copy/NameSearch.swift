import Linux
import SystemPackage

/// Looks for a file by its name alone, to say where something is that is not where it was looked for.
struct NameSearch {
    let root: RootedDirectory
    /// Directories of the top that are not searched, but for those where people put things of their own.
    let skipping: Set<String>

    private static let own: Set<String> = ["home", "opt", "root", "srv", "tmp"]
    /// More names than this are more than anybody waits for.
    private static let limit = 20_000

    /// The first path, by depth, that ends with this name and is no directory.
    func first(_ name: String) -> FilePath? {
        var waiting: [FilePath] = ["/"]
        var seen = 0
        while !waiting.isEmpty {
            var next: [FilePath] = []
            for directory in waiting {
                let entries = ((try? root.subdirectory(directory, followingLast: false).entries()) ?? [])
                    .sorted { $0.name.string < $1.name.string }
                for entry in entries {
                    seen += 1
                    guard seen < Self.limit else { return nil }
                    if entry.kind == .directory {
                        let isTop = directory == "/"
                        if isTop, skipping.contains(entry.name.string), !Self.own.contains(entry.name.string) {
                            continue
                        }
                        next.append(directory.appending(entry.name))
                    } else if entry.name.string == name {
                        return directory.appending(entry.name)
                    }
                }
            }
            waiting = next
        }
        return installed(name)
    }

    /// Where `make install` puts things.
    private func installed(_ name: String) -> FilePath? {
        let path = FilePath("/usr/local/bin").appending(name)
        return (try? root.statusIfPresent(path)) != nil ? path : nil
    }
}
