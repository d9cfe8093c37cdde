import CLinux
import Glibc
package import SystemPackage

extension RootedDirectory {
    /// Sets the owner, in the engine's ids.
    package func setOwner(
        _ path: FilePath, uid: UInt32, gid: UInt32, followingLast: Bool = false
    ) throws(LinuxError) {
        let file = try openPath(path, followingLast: followingLast, "set the owner of")
        try checkErrno("set the owner of", path) { fchownat(file.rawValue, "", uid, gid, LESSON_AT_EMPTY_PATH) }
    }

    /// Sets permission, set-id and sticky bits; a link has none of its own (`EOPNOTSUPP`).
    package func setMode(_ path: FilePath, _ mode: UInt32, followingLast: Bool = false) throws(LinuxError) {
        let file = try openPath(path, followingLast: followingLast, "set the mode of")
        if try FileStatus(of: file).kind == .symbolicLink { throw LinuxError("set the mode of", path, .notSupported) }
        // fchmod refuses a descriptor opened with LESSON_O_PATH.
        try checkErrno("set the mode of", path) { chmod(file.magicPath, mode & 0o7777) }
    }

    /// Sets access and modification time, of the link itself where there is one.
    package func setTimes(_ path: FilePath, seconds: Int64, nanoseconds: UInt32) throws(LinuxError) {
        let place = try parent(of: path, "set the times of")
        try check(
            place.name.withPlatformString { lesson_set_times(place.fd, $0, seconds, nanoseconds) },
            "set the times of", path)
    }

    /// An extended attribute, nil if there is none of this name.
    package func extendedAttribute(
        _ path: FilePath, _ name: String, followingLast: Bool = false
    ) throws(LinuxError) -> [UInt8]? {
        let file = try openPath(path, followingLast: followingLast, "read an attribute of")
        var bytes = [UInt8](repeating: 0, count: 256)
        while true {
            let size = bytes.count
            let got = lesson_get_attribute(file.magicPath, name, &bytes, UInt(size))
            if got >= 0 { return Array(bytes[..<got]) }
            let error = Errno(rawValue: Int32(-got))
            if error == .noData || error == .notSupported { return nil }
            guard error == .outOfRange, size < 65536 else { throw LinuxError("read an attribute of", path, error) }
            bytes = [UInt8](repeating: 0, count: 65536)
        }
    }

    /// Sets an extended attribute.
    package func setExtendedAttribute(
        _ path: FilePath, _ name: String, _ value: [UInt8], followingLast: Bool = false
    ) throws(LinuxError) {
        let file = try openPath(path, followingLast: followingLast, "set an attribute of")
        try check(
            lesson_set_attribute(file.magicPath, name, value, UInt(value.count)), "set the attribute \(name) of", path)
    }

    /// Removes an extended attribute; one that is not there is no error.
    package func removeExtendedAttribute(
        _ path: FilePath, _ name: String, followingLast: Bool = false
    ) throws(LinuxError) {
        let file = try openPath(path, followingLast: followingLast, "remove an attribute of")
        do throws(LinuxError) {
            try check(lesson_remove_attribute(file.magicPath, name), "remove the attribute \(name) of", path)
        } catch {
            guard error.errno == .noData else { throw error }
        }
    }

    /// The names of a file's extended attributes, sorted; none where the file system has none.
    package func extendedAttributes(_ path: FilePath, followingLast: Bool = false) throws(LinuxError) -> [String] {
        let file = try openPath(path, followingLast: followingLast, "list the attributes of")
        var bytes = [CChar](repeating: 0, count: 1024)
        while true {
            let size = bytes.count
            let got = lesson_list_attributes(file.magicPath, &bytes, UInt(size))
            if got >= 0 {
                return bytes[..<got].split(separator: 0).map {
                    String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self)
                }.sorted()
            }
            let error = Errno(rawValue: Int32(-got))
            if error == .notSupported { return [] }
            guard error == .outOfRange, size < 65536 else { throw LinuxError("list the attributes of", path, error) }
            bytes = [CChar](repeating: 0, count: 65536)
        }
    }
}
