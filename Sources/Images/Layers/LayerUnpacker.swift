import Glibc
import Linux
import SystemPackage

/// Unpacks an archive into a directory that nothing can leave: a layer into a snapshot, or an archive that `ADD` names
/// into an image.
///
/// The parent of each name is opened through `RootedDirectory`, so that links and `..` resolve inside of it; the last
/// name is only ever acted on as a name, never followed. What stands where an entry wants to be goes first.
struct LayerUnpacker {
    enum Names {
        /// `.wh.` names are whiteouts and opaque directories.
        case layer
        /// They are names like any other.
        case plain
    }

    let root: RootedDirectory
    let ids: IdentityMapping
    var names = Names.layer
    /// Gives everything this owner (container ids) instead of the archive's.
    var owner: (uid: UInt32, gid: UInt32)?
    /// Gets content that was unpacked: path in the archive's order, and size.
    var framing: LayerFraming.Recorder?

    /// Unpacks all of it.
    func unpack(_ reader: TarReader) throws(ImageError) {
        var state = State()
        while let entry = try reader.next() {
            do throws(ImageError) {
                try unpack(entry, reader, &state)
            } catch {
                guard error.code == .system else { throw error }
                throw ImageError(
                    .system, "cannot unpack \(Self.text(entry.path)): \(error.message)", errno: error.errno)
            }
        }
        // Times of directories last: what is unpacked into them changes them.
        for (path, time) in state.directoryTimes {
            guard let place = try? self.place(path, making: false, &state) else { continue }
            Self.setTime(place, time)
        }
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private struct State {
        /// The directory of the entry before, which is most often that of the next too.
        var parentPath: FilePath?
        var parent: RootedDirectory?
        var directoryTimes: [FilePath: FileTime] = [:]
    }

    /// A name in an open directory.
    private struct Place {
        let directory: RootedDirectory
        let name: [CChar]
        var descriptor: Int32 { directory.descriptor.rawValue }
    }

    /// The path of a name in the archive, relative to the root. `..` climbs no higher than the root, as in a chroot;
    /// what Go's archivers call insecure names is refused all the same, since no honest layer has them.
    static func normalize(_ bytes: [UInt8]) throws(ImageError) -> FilePath {
        guard bytes.count <= 4095 else {
            throw ImageError(.hostile, "a path in the archive is longer than 4095 bytes")
        }
        var path = FilePath()
        for part in bytes.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual(".".utf8) { continue }
            guard !part.elementsEqual("..".utf8) else {
                throw ImageError(.hostile, "the archive holds a path that climbs out of it: \(text(bytes))")
            }
            guard part.count <= 255 else {
                throw ImageError(.hostile, "a name in the archive is longer than 255 bytes")
            }
            path.append(FilePath(bytes: part).components)
        }
        return path
    }

    private func place(
        _ path: FilePath, making: Bool, _ state: inout State
    ) throws(ImageError) -> Place {
        let name = path.lastComponent.map { FilePath(root: nil, [$0]) } ?? FilePath(".")
        let terminated = name.bytes.map { CChar(bitPattern: $0) } + [0]
        let above = path.removingLastComponent()
        if above.isEmpty { return Place(directory: root, name: terminated) }
        if let parent = state.parent, state.parentPath == above { return Place(directory: parent, name: terminated) }
        do throws(LinuxError) {
            let parent = try openParent(above, making: making)
            (state.parent, state.parentPath) = (parent, above)
            return Place(directory: parent, name: terminated)
        } catch {
            throw ImageError(error)
        }
    }

    private func openParent(_ path: FilePath, making: Bool) throws(LinuxError) -> RootedDirectory {
        do throws(LinuxError) {
            return try root.subdirectory(path)
        } catch {
            guard making, error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else { throw error }
        }
        // Directories that the archive does not name belong to root, as they do with Docker.
        var made = FilePath()
        for component in path.components {
            made.append(component)
            let status = try root.statusIfPresent(made)
            if status?.kind == .directory { continue }
            // A file, or a link to nowhere, gives way, as it does for an entry of its own.
            if try root.statusIfPresent(made, followingLast: false) != nil { try root.remove(made) }
            try root.makeDirectory(made, mode: 0o755)
            try root.setOwner(made, uid: ids.offset, gid: ids.offset)
        }
        return try root.subdirectory(path)
    }

    private func unpack(_ entry: TarEntry, _ reader: TarReader, _ state: inout State) throws(ImageError) {
        let path = try Self.normalize(entry.path)
        guard let last = path.lastComponent.map({ FilePath(root: nil, [$0]).bytes }) else {
            // `ADD` leaves the directory that it unpacks into as it is, as Docker does.
            guard names == .layer else { return }
            // The root itself: only its attributes, and only if it is a directory (CVE-2021-29136).
            guard entry.kind == .directory else {
                throw ImageError(.hostile, "the archive replaces the root by something that is no directory")
            }
            let place = Place(directory: root, name: [46, 0])
            try finish(entry, place, isLink: false)
            state.directoryTimes[path] = entry.modified
            return
        }
        if names == .layer, last.starts(with: Whiteout.prefix) {
            try whiteOut(last, path, &state)
            return
        }
        let place = try place(path, making: true, &state)
        if entry.kind == .directory {
            try makeDirectory(place, path, &state)
            try finish(entry, place, isLink: false)
            state.directoryTimes[path] = entry.modified
            return
        }
        switch entry.kind {
        case .file:
            try makeFile(entry, place, path, reader, &state)
            return
        case .symlink:
            guard !entry.linkTarget.isEmpty else { throw ImageError(.malformed, "a link in the archive has no target") }
            try clear(place, path, &state)
            let target = entry.linkTarget.map { CChar(bitPattern: $0) } + [0]
            guard symlinkat(target, place.descriptor, place.name) == 0 else { throw .system("cannot make a link") }
        case .hardLink:
            try makeHardLink(entry, place, path, &state)
            return
        case .fifo:
            try clear(place, path, &state)
            guard mknodat(place.descriptor, place.name, S_IFIFO | 0o600, 0) == 0 else {
                throw .system("cannot make a fifo")
            }
        case .characterDevice, .blockDevice: try makeDevice(entry, place, path, &state)
        case .directory: break
        }
        try finish(entry, place, isLink: entry.kind == .symlink)
        Self.setTime(place, entry.modified)
    }

    // MARK: - the kinds

    private func whiteOut(_ name: [UInt8], _ path: FilePath, _ state: inout State) throws(ImageError) {
        let parent = path.removingLastComponent()
        if name == Whiteout.opaque {
            let directory = try parent.isEmpty ? root : open(parent)
            try LayerAttributes.set(
                in: directory.descriptor.rawValue, name: [46, 0],
                ExtendedAttribute(name: LayerAttributes.opaque, value: [UInt8(ascii: "y")]))
            return
        }
        let hidden = Array(name.dropFirst(Whiteout.prefix.count))
        // `.wh..wh.*` are aufs's own notes, which Docker skips; `.` and `..` are no names.
        guard !hidden.starts(with: Whiteout.prefix) else { return }
        guard !hidden.isEmpty, hidden != Array(".".utf8), hidden != Array("..".utf8) else {
            throw ImageError(.hostile, "the archive deletes a directory from inside")
        }
        let target = parent.appending(FilePath(bytes: hidden).components)
        let place = try place(target, making: true, &state)
        // What the same layer made stays: a whiteout is about the layers below (image-spec, "Whiteouts").
        guard mknodat(place.descriptor, place.name, S_IFCHR, 0) == 0 || errno == EEXIST else {
            throw .system("cannot make a whiteout")
        }
    }

    private func open(_ path: FilePath) throws(ImageError) -> RootedDirectory {
        do throws(LinuxError) { return try openParent(path, making: true) } catch { throw ImageError(error) }
    }

    /// Removes what stands at a place, whatever it is.
    private func clear(_ place: Place, _ path: FilePath, _ state: inout State) throws(ImageError) {
        if unlinkat(place.descriptor, place.name, 0) == 0 {
            framing?.forget()
            return
        }
        guard errno == EISDIR || errno == EPERM else {
            if errno == ENOENT { return }
            throw .system("cannot replace a file")
        }
        framing?.forget()
        state.parent = nil
        state.directoryTimes = state.directoryTimes.filter { !$0.key.starts(with: path) }
        do throws(LinuxError) {
            try place.directory.remove(FilePath(platformString: place.name))
        } catch {
            throw ImageError(error)
        }
    }

    private func makeDirectory(_ place: Place, _ path: FilePath, _ state: inout State) throws(ImageError) {
        if mkdirat(place.descriptor, place.name, 0o700) == 0 { return }
        guard errno == EEXIST else { throw .system("cannot make a directory") }
        var status = stat()
        guard fstatat(place.descriptor, place.name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw .system("cannot examine a directory")
        }
        if status.st_mode & S_IFMT == S_IFDIR { return }
        try clear(place, path, &state)
        guard mkdirat(place.descriptor, place.name, 0o700) == 0 else { throw .system("cannot make a directory") }
    }

    private func makeFile(
        _ entry: TarEntry, _ place: Place, _ path: FilePath, _ reader: TarReader, _ state: inout State
    ) throws(ImageError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        var descriptor = openat(place.descriptor, place.name, flags, 0o600)
        if descriptor < 0, errno == EEXIST {
            try clear(place, path, &state)
            descriptor = openat(place.descriptor, place.name, flags, 0o600)
        }
        guard descriptor >= 0 else { throw .system("cannot make a file") }
        defer { close(descriptor) }
        try SparseWriter(descriptor: descriptor).write(reader, size: entry.size)
        if !reader.isSparse { framing?.content(path, size: entry.size) }
        guard entry.attributes.isEmpty, !ids.isSingle else {
            try finish(entry, place, isLink: false)
            Self.setTime(place, entry.modified)
            return
        }
        // By the descriptor: no name has to be looked up again, and most of an archive is such files.
        let (uid, gid) = try engineOwner(of: entry)
        guard fchown(descriptor, uid, gid) == 0 else { throw .system("cannot set the owner of a file") }
        guard fchmod(descriptor, entry.mode) == 0 else { throw .system("cannot set the mode of a file") }
        let time = timespec(tv_sec: Int(entry.modified.seconds), tv_nsec: Int(entry.modified.nanoseconds))
        _ = futimens(descriptor, [time, time])
    }

    private func makeHardLink(
        _ entry: TarEntry, _ place: Place, _ path: FilePath, _ state: inout State
    ) throws(ImageError) {
        // A target is a path of the archive, from its root: never from where this process stands.
        let target = try Self.normalize(entry.linkTarget)
        guard !target.isEmpty, target != path else {
            throw ImageError(.hostile, "the archive links \(Self.text(entry.path)) to nothing that can be linked")
        }
        var aside = State()
        var status = stat()
        guard let existing = try? self.place(target, making: false, &aside),
            fstatat(existing.descriptor, existing.name, &status, AT_SYMLINK_NOFOLLOW) == 0,
            status.st_mode & S_IFMT != S_IFDIR, status.st_mode & S_IFMT != S_IFCHR
        else {
            throw ImageError(
                .malformed,
                "the archive links \(Self.text(entry.path)) to \(Self.text(entry.linkTarget)), which is not in it")
        }
        try clear(place, path, &state)
        guard linkat(existing.descriptor, existing.name, place.descriptor, place.name, 0) == 0 else {
            throw .system("cannot make a hard link")
        }
    }

    /// A user namespace may make no devices: an empty file stands for it that says which it is, so that it is not lost
    /// when the layer is packed again. In a container `/dev` is laid over it anyway.
    private func makeDevice(
        _ entry: TarEntry, _ place: Place, _ path: FilePath, _ state: inout State
    ) throws(ImageError) {
        try clear(place, path, &state)
        let descriptor = openat(
            place.descriptor, place.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("cannot make a stand-in for a device") }
        close(descriptor)
        let letter = entry.kind == .blockDevice ? "b" : "c"
        let value = "\(letter) \(entry.deviceMajor) \(entry.deviceMinor) \(entry.mode)"
        try LayerAttributes.set(
            in: place.descriptor, name: place.name,
            ExtendedAttribute(name: LayerAttributes.device, value: Array(value.utf8)))
    }

    // MARK: - attributes

    private func finish(_ entry: TarEntry, _ place: Place, isLink: Bool) throws(ImageError) {
        let (uid, gid) = owner ?? (entry.uid, entry.gid)
        let (engineUID, engineGID) = try engineOwner(of: entry)
        guard fchownat(place.descriptor, place.name, engineUID, engineGID, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw .system("cannot set the owner of a file")
        }
        guard !isLink else { return }
        let isDevice = entry.kind == .characterDevice || entry.kind == .blockDevice
        if ids.isSingle, uid != 0 || gid != 0, entry.kind == .file || entry.kind == .directory {
            try LayerAttributes.set(
                in: place.descriptor, name: place.name,
                ExtendedAttribute(name: LayerAttributes.owner, value: Array("\(uid):\(gid)".utf8)))
        }
        // After the owner, since a change of owner takes setuid bits and capabilities away.
        for attribute in entry.attributes {
            // `ADD` keeps no attributes of the person who packed the archive, as Docker does not.
            if names == .plain, attribute.name.hasPrefix("user.") { continue }
            var local = attribute
            if attribute.name == "security.capability" {
                local.value = LayerAttributes.local(attribute.value, ids: ids)
            }
            try LayerAttributes.set(in: place.descriptor, name: place.name, local)
        }
        guard fchmodat(place.descriptor, place.name, isDevice ? 0 : entry.mode, 0) == 0 else {
            throw .system("cannot set the mode of a file")
        }
    }

    /// The owner on disk.
    private func engineOwner(of entry: TarEntry) throws(ImageError) -> (uid: UInt32, gid: UInt32) {
        let (uid, gid) = owner ?? (entry.uid, entry.gid)
        do throws(IdentityOutOfRange) {
            return (try ids.engineID(ofContainer: uid), try ids.engineID(ofContainer: gid))
        } catch {
            throw ImageError(
                .hostile, "\(Self.text(entry.path)) in the archive belongs to \(uid):\(gid): \(error)",
                hint: "give users of this machine more ids in /etc/subuid and /etc/subgid, or the file another owner")
        }
    }

    private static func setTime(_ place: Place, _ time: FileTime) {
        let value = timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
        _ = utimensat(place.descriptor, place.name, [value, value], AT_SYMLINK_NOFOLLOW)
    }
}
