import Linux
import SystemPackage

/// The layer of mount points that lies over the image's layers: it repeats the directories that lead to them, as they
/// are, and hides whatever else the image has there.
struct StubLayer {
    /// The operation of an error that is the image's or the Dockerfile's fault.
    static let refusal = "mount on"

    let base: RootedDirectory
    let stub: RootedDirectory
    /// The engine's id of container root.
    let owner: UInt32
    let ids: IdentityMapping
    private var laid: [FilePath: FileStatus?] = [:]
    private var order: [FilePath] = []

    init(base: RootedDirectory, stub: RootedDirectory, owner: UInt32, ids: IdentityMapping) {
        self.base = base
        self.stub = stub
        self.owner = owner
        self.ids = ids
    }

    /// The root directory itself: the step's layer decides what it looks like, so it gets the image's looks.
    mutating func begin(upper: FilePath) throws(LinuxError) {
        var status = try base.status(".")
        if status.uid < owner || status.uid - owner >= ids.count {
            // A tree that nobody gave to the container.
            status.uid = owner
            status.gid = owner
            status.mode = 0o755
        }
        let top = try RootedDirectory(at: upper)
        for directory in [top, stub] {
            try directory.setOwner(".", uid: status.uid, gid: status.gid, followingLast: true)
            try directory.setMode(".", status.mode, followingLast: true)
        }
    }

    /// Lays one target, and says where it came to be: its canonical path.
    mutating func lay(_ target: MountTarget) throws(LinuxError) -> String {
        let place = try locate(target)
        guard place.lastComponent != nil else { throw LinuxError(Self.refusal, target.path, .resourceBusy) }
        let above = place.removingLastComponent()
        var sofar = FilePath("/")
        for component in above.components {
            sofar.append(component)
            try layDirectory(sofar, hiding: false)
        }
        if target.isDirectory {
            try layDirectory(place, hiding: target.coversLinks)
        } else if laid[place] == nil {
            laid[place] = .some(nil)
            try stub.writeFile(place, [])
            try stub.setOwner(place, uid: owner, gid: owner)
        }
        return place.string
    }

    /// Directories change their time with each name in them, so times come last, innermost first.
    func finish() throws(LinuxError) {
        for path in order.reversed() {
            guard let known = laid[path], let status = known else { continue }
            try stub.setTimes(path, seconds: status.modifiedSeconds, nanoseconds: status.modifiedNanoseconds)
        }
    }

    /// The target's path without links, whether or not all of it is there.
    private func locate(_ target: MountTarget) throws(LinuxError) -> FilePath {
        if target.coversLinks, target.path.components.count == 1 { return target.path }
        let wanted = target.path.lexicallyNormalized()
        if !target.coversLinks, let whole = try? base.resolve(wanted) { return try allowed(whole, target) }
        // From the longest part that is there, the rest is made.
        var there = wanted.removingLastComponent()
        var missing: [FilePath.Component] = wanted.lastComponent.map { [$0] } ?? []
        while true {
            do throws(LinuxError) {
                let found = try base.resolve(there)
                return try allowed(found.appending(missing.reversed()), target)
            } catch {
                guard error.errno == .noSuchFileOrDirectory, let last = there.lastComponent else { throw error }
                missing.append(last)
                there.removeLastComponent()
            }
        }
    }

    private func allowed(_ path: FilePath, _ target: MountTarget) throws(LinuxError) -> FilePath {
        let inDevices = path.starts(with: "/dev") && path != "/dev" && path != "/dev/shm"
        guard
            target.coversLinks
                || !(path.starts(with: "/proc") || path.starts(with: "/sys") || inDevices || path == "/dev")
        else { throw LinuxError(Self.refusal, target.path, .notPermitted) }
        return path
    }

    private mutating func layDirectory(_ path: FilePath, hiding: Bool) throws(LinuxError) {
        guard laid[path] == nil else { return }
        let status = try base.statusIfPresent(path, followingLast: false)
        let isDirectory = status?.kind == .directory
        if status != nil, !isDirectory, !hiding { throw LinuxError(Self.refusal, path, .notDirectory) }
        try stub.makeDirectory(path, mode: isDirectory ? status?.mode ?? 0o755 : 0o755)
        try stub.setOwner(
            path, uid: isDirectory ? status?.uid ?? owner : owner, gid: isDirectory ? status?.gid ?? owner : owner)
        laid[path] = .some(isDirectory ? status : nil)
        order.append(path)
    }
}
