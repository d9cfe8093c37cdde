import Dockerfile
import Linux
import SystemPackage

/// Everything that a `COPY` or `ADD` will write, in the order of its sources: first found, then hashed.
struct CopyPlan: Sendable {
    /// One source of the instruction.
    enum Item: Sendable {
        case match(CopyMatch)
        /// An archive that will be unpacked.
        case archive(CopyMatch)
        /// A file that was fetched to a place of the engine's.
        case download(RemoteFile)
        /// A commit of a repository, to be fetched if the layer is not in the cache.
        case repository(GitCheckout)
    }

    var items: [Item] = []
    /// Wildcards that matched nothing.
    var empty: [String] = []

    /// Finds local sources.
    mutating func find(
        _ source: String, of request: CopyRequest, in root: SourceRoot, limits: BuildLimits
    ) throws(CopyError) {
        var planner = CopyPlanner(root: root)
        planner.fileLimit = limits.contextFiles
        var path = source
        do {
            if request.parents {
                let (base, pattern) = Self.pivot(source)
                planner.includes = try IgnorePatterns(patterns: [pattern])
                planner.includePrefix = pattern.split(separator: "/").map(String.init)
                    .prefix { !GlobPattern.hasWildcards($0) }.map { $0 }
                path = base
                if !GlobPattern.hasWildcards(base), !GlobPattern.hasWildcards(pattern) {
                    let whole = PathText.absolute(pattern, in: PathText.absolute(base, in: "/"))
                    guard try planner.exists(whole) else { throw CopyError.missing(whole) }
                }
            }
            if !request.excludes.isEmpty { planner.excludes = try IgnorePatterns(patterns: request.excludes) }
        } catch {
            throw (error as? CopyError) ?? (error as? InstructionError).map { .instruction($0) } ?? .other("\(error)")
        }
        let matches = try planner.matches(path)
        if matches.isEmpty { empty.append(source) }
        for match in matches {
            // Too much is known before it is read.
            if !root.keepsOwners, match.bytes > limits.contextBytes { throw .tooManyBytes(limits.contextBytes) }
            let unpacks = request.isAdd && request.unpack != false && !match.isDirectory
            let isArchive = unpacks ? try ArchiveAddition.isArchive(match, in: root) : false
            if isArchive {
                items.append(.archive(match))
            } else {
                items.append(.match(match))
            }
        }
    }

    /// Computes the digests of all files that were found.
    mutating func hash(in root: SourceRoot) throws(CopyError) {
        for index in items.indices {
            switch items[index] {
            case .match(var match):
                try ContentHashing.fill(&match, in: root.directory)
                items[index] = .match(match)
            case .archive(var match):
                try ContentHashing.fill(&match, in: root.directory)
                items[index] = .archive(match)
            case .download, .repository: continue
            }
        }
    }

    /// `a/./b/c` with `--parents`: what is left of `/./` is not kept.
    static func pivot(_ source: String) -> (base: String, pattern: String) {
        if let range = source.firstRange(of: "/./") {
            return (String(source[..<range.lowerBound]), PathText.clean(String(source[range.upperBound...])))
        }
        return ("/", PathText.clean(source))
    }

    /// Names the sources of a layer as this plan does.
    ///
    /// - Parameter sources: In the order in which `CopyWork` writes them: the items, then what stands in the Dockerfile.
    func name(_ sources: inout [CopySource]) {
        for (index, item) in zip(sources.indices, items) {
            switch item {
            case .match(let match), .archive(let match): sources[index].path = match.path.string
            case .download(let file): sources[index].path = file.url
            case .repository(let checkout): sources[index].path = checkout.url
            }
        }
    }

    func add(to key: inout StepKey) {
        key.add(Int64(items.count))
        for item in items {
            switch item {
            case .match(let match): match.add(to: &key)
            case .archive(let match):
                key.add("archive")
                match.add(to: &key)
            case .download(let file):
                key.add("download")
                key.add(file.name)
                key.add(file.digest)
            case .repository(let checkout):
                key.add("git")
                key.add(checkout.key)
            }
        }
    }
}
