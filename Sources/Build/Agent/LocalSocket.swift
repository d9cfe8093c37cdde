import Glibc
import Linux
import SystemPackage

/// Stream sockets with a place in the file system.
enum LocalSocket {
    /// `O_PATH`, which Glibc's module leaves out.
    private static let pathOnly: Int32 = 0o10000000

    /// Listens at a new name in a directory.
    static func listen(_ name: FilePath, in directory: RootedDirectory) throws(LinuxError) -> OwnedDescriptor {
        let made = try make()
        // A name through the directory's descriptor fits, however long the directory's own path is.
        let place = FilePath("/proc/self/fd/\(directory.descriptor.rawValue)").pushing(name)
        try call("listen at", name) {
            withAddress(place) { bind(made.rawValue, $0, $1) }
        }
        try call("listen at", name) { Glibc.listen(made.rawValue, 16) }
        return made
    }

    /// Connects to whoever listens at a path.
    static func connect(to path: FilePath) throws(LinuxError) -> OwnedDescriptor {
        let target = path.withPlatformString { open($0, Self.pathOnly | O_CLOEXEC) }
        guard target >= 0 else { throw LinuxError("connect to", path, Errno(rawValue: errno)) }
        let held = OwnedDescriptor(target)
        let made = try make()
        try call("connect to", path) {
            withAddress(FilePath("/proc/self/fd/\(held.rawValue)")) { Glibc.connect(made.rawValue, $0, $1) }
        }
        return made
    }

    private static func make() throws(LinuxError) -> OwnedDescriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw LinuxError("make a socket", nil, Errno(rawValue: errno)) }
        return OwnedDescriptor(descriptor)
    }

    private static func call(_ operation: String, _ path: FilePath, _ body: () -> Int32) throws(LinuxError) {
        while body() != 0 {
            let error = Errno(rawValue: errno)
            if error != .interrupted { throw LinuxError(operation, path, error) }
        }
    }

    private static func withAddress(
        _ path: FilePath, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.string.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
