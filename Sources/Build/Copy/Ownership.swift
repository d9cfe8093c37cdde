import Dockerfile
import Images
import Linux
import SystemPackage

/// Translates between the owners a container sees and those on disk.
///
/// With one id only, nothing on disk can belong to anybody else; the owner then stands in an attribute
/// (`user.lesson.owner`), which regular files and directories can have.
struct Ownership: Sendable {
    var mapping: IdentityMapping

    static let attribute = "user.lesson.owner"

    /// The container's ids of a file.
    func owner(
        of path: FilePath, status: FileStatus, in root: RootedDirectory
    ) throws(LinuxError) -> (uid: UInt32, gid: UInt32) {
        guard mapping.isSingle else {
            return (mapping.containerID(ofEngine: status.uid), mapping.containerID(ofEngine: status.gid))
        }
        guard status.kind == .regular || status.kind == .directory,
            let bytes = try root.extendedAttribute(path, Self.attribute)
        else { return (0, 0) }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":").compactMap { UInt32($0) }
        return parts.count == 2 ? (parts[0], parts[1]) : (0, 0)
    }

    /// Gives a file to somebody.
    func set(
        _ path: FilePath, uid: UInt32, gid: UInt32, kind: FileKind, in root: RootedDirectory
    ) throws(CopyError) {
        do {
            if mapping.isSingle {
                guard uid != 0 || gid != 0, kind == .regular || kind == .directory else { return }
                try root.setExtendedAttribute(path, Self.attribute, Array("\(uid):\(gid)".utf8))
            } else {
                try root.setOwner(
                    path, uid: try mapping.engineID(ofContainer: uid), gid: try mapping.engineID(ofContainer: gid))
            }
        } catch let error as IdentityOutOfRange {
            throw .identity(error)
        } catch let error as LinuxError {
            throw .system(error)
        } catch {
            throw .other("\(error)")
        }
    }
}

/// Why a copy did not come about.
enum CopyError: Error {
    /// No such source; absolute path in the source.
    case missing(String)
    /// A directory stands where a file would go; path in the image.
    case fileOverDirectory(String)
    /// A file or link stands where a directory would go; path in the image.
    case directoryOverFile(String)
    /// A source that is neither file, directory, link nor fifo.
    case special(String)
    case tooManyFiles(Int)
    case tooManyBytes(Int64)
    case identity(IdentityOutOfRange)
    case archive(String)
    case images(ImageError)
    case instruction(InstructionError)
    case system(LinuxError)
    case other(String)
}
