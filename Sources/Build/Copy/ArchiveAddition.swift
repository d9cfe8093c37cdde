import Images
import Linux
import SystemPackage

/// `ADD` of a local archive: recognised by its content, unpacked where it is added.
enum ArchiveAddition {
    /// Whether a file is a tar archive, compressed or not.
    static func isArchive(_ match: CopyMatch, in root: SourceRoot) throws(CopyError) -> Bool {
        guard let top = match.entries.first, top.kind == .regular, top.size > 0, top.substitute == nil else {
            return false
        }
        do {
            let (file, _) = try root.directory.openRegularFile(match.path, followingLast: false)
            return ArchiveExtractor.isArchive(file)
        } catch {
            throw .system(error)
        }
    }

    /// Unpacks an archive into the directory `destination`, which is made where it is missing.
    /// - Returns: Where it is now.
    static func unpack(
        _ file: OwnedDescriptor, name: String, into target: RootedDirectory, at destination: String,
        copier: inout FileCopier, job: BuildJob
    ) throws(CopyError) -> FilePath {
        try copier.makeDirectories(PathText.absolute(destination, in: "/"))
        let path = try TargetPath.resolve(FilePath(PathText.absolute(destination, in: "/")), in: target)
        let directory: RootedDirectory
        do {
            directory = try target.subdirectory(path, followingLast: false)
        } catch {
            throw .system(error)
        }
        do {
            try ArchiveExtractor.extractBlocking(
                .descriptor(file.rawValue), into: directory, ids: job.ownership.mapping, owner: copier.owner,
                limits: ArchiveLimits(
                    bytes: job.request.limits.downloadBytes, entries: job.request.limits.contextFiles))
        } catch {
            switch error.code {
            case .malformed, .hostile, .tooLarge, .unsupported: throw .archive("\(name): \(error.message)")
            default: throw .images(error)
            }
        }
        return path
    }

    /// The same for an archive of the build context.
    static func unpack(
        _ match: CopyMatch, from root: SourceRoot, into target: RootedDirectory, at destination: String,
        copier: inout FileCopier, job: BuildJob
    ) throws(CopyError) -> FilePath {
        let file: OwnedDescriptor
        do {
            (file, _) = try root.directory.openRegularFile(match.path, followingLast: false)
        } catch {
            throw .system(error)
        }
        return try unpack(
            file, name: match.name.string, into: target, at: destination, copier: &copier, job: job)
    }
}
