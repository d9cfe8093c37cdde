import CLinux
import Glibc
import Linux
import SystemPackage

/// A network namespace with slirp4netns at its end: the outside world answers, this host and its neighbours do not.
///
/// The namespace belongs to the engine's user namespace, not to the container's: no capability that a step has reaches
/// it, so it can neither remove routes nor send packets of its own making.
struct IsolatedNetwork {
    private static let device = "tap0"

    /// A file that holds the namespace.
    let namespace: FilePath
    /// The addresses in use between the namespace and slirp4netns.
    let link: LinkNetwork
    /// A sysfs that shows this namespace's devices.
    let system: FilePath
    private let slirp: ChildProcess.Running
    private let ready: Pipe
    private let closed: [AddressBlock]
    private let open: [[UInt8]]

    /// Begins to make the network. What it is to be used for has to wait for ``finish()``.
    /// - Parameters:
    ///   - directory: the run's own.
    ///   - open: IPv4 addresses that stay reachable though they are not the public Internet's.
    init(directory: FilePath, open: [[UInt8]]) throws(SandboxError) {
        self.open = open
        let ofThisHost = AddressBlock.ofThisHost()
        closed = AddressBlock.notPublic + ofThisHost
        link = LinkNetwork.choose(besides: ofThisHost)
        namespace = directory.appending("net")
        system = directory.appending("sys")
        guard let program = OCIRuntime.locate("slirp4netns") else {
            throw SandboxError(
                .networkUnavailable, "the isolated network needs slirp4netns, which is not installed",
                hint: "install it, on Debian: apt-get install slirp4netns; or do without network: --network none")
        }
        try Self.checkTunnel()
        do throws(LinuxError) {
            try Self.makeNamespace(namespace, system)
        } catch {
            throw SandboxError(.networkUnavailable, "cannot make a network namespace: \(error)", hint: Self.advice)
        }
        do throws(LinuxError) {
            ready = try Pipe()
            slirp = try Self.start(program, namespace, link, ready)
        } catch {
            Self.unmount(namespace, system)
            throw SandboxError(.networkUnavailable, "slirp4netns cannot be started: \(error)", hint: Self.advice)
        }
    }

    /// Waits until slirp4netns is there, and closes what is not to be reached.
    func finish() throws(SandboxError) {
        do throws(LinuxError) {
            try waitUntilReady()
        } catch {
            throw SandboxError(
                .networkUnavailable, "slirp4netns did not get the network up: \(error)", hint: Self.advice)
        }
        do throws(LinuxError) {
            try Self.setRoutes(namespace, link, closed: closed, open: open)
        } catch {
            throw SandboxError(.networkUnavailable, "cannot close the network to private addresses: \(error)")
        }
    }

    func tearDown() {
        slirp.kill()
        // It ends only when the kernel has taken its device down, which takes longer than many a step.
        // Where no thread is to be had it is reaped when the engine ends.
        try? DedicatedThread.start { [slirp] in _ = slirp.wait() }
        Self.unmount(namespace, system)
    }

    private static let advice = "do without network (--network none), or see what `lesson doctor` says"

    private static func unmount(_ namespace: FilePath, _ system: FilePath) {
        for path in [namespace, system] { _ = path.withPlatformString { lesson_unmount($0, Int32(MNT_DETACH)) } }
    }

    /// The device that slirp4netns needs. Without it, it fails late and pasta hangs.
    static func checkTunnel() throws(SandboxError) {
        guard access("/dev/net/tun", R_OK | W_OK) != 0 else { return }
        let missing = errno == ENOENT
        throw SandboxError(
            .networkUnavailable,
            missing
                ? "the isolated network needs /dev/net/tun, which is not there"
                : "the isolated network needs /dev/net/tun, which this user may not open",
            hint: missing
                ? "load it as root: modprobe tun" : "open it as root, as most distributions do: chmod 666 /dev/net/tun")
    }

    /// The namespace is made by a thread that then ends; the file keeps it.
    private static func makeNamespace(_ namespace: FilePath, _ system: FilePath) throws(LinuxError) {
        let above = try RootedDirectory(at: namespace.removingLastComponent())
        try above.writeFile("net", [])
        try above.makeDirectory("sys")
        let failure: LinuxError? = try DedicatedThread.runAndWait {
            func tried(_ result: Int32, _ operation: String) -> LinuxError? {
                result < 0 ? LinuxError(operation, nil, Errno(rawValue: -result)) : nil
            }
            if let error = tried(lesson_unshare(UInt(LESSON_CLONE_NEWNET)), "unshare") { return error }
            if let error = tried(lesson_loopback_up(), "bring up the loopback device") { return error }
            let bound = namespace.withPlatformString {
                lesson_mount("/proc/thread-self/ns/net", $0, nil, UInt(MS_BIND), nil)
            }
            if let error = tried(bound, "keep the namespace") { return error }
            let mounted = system.withPlatformString {
                lesson_mount("sysfs", $0, "sysfs", UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY), nil)
            }
            return tried(mounted, "mount sysfs")
        }
        if let failure { throw failure }
    }

    private static func start(
        _ program: String, _ namespace: FilePath, _ link: LinkNetwork, _ ready: Pipe
    ) throws(LinuxError) -> ChildProcess.Running {
        var command = ChildProcess.Command(
            program,
            [
                "--configure", "--mtu=65520", "--disable-host-loopback", "--cidr=\(link.block)", "--netns-type=path",
                "--ready-fd=3", namespace.string, device,
            ], environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
        command.newSession = true
        command.descriptors[3] = ready.takeWriter()
        let process = try ChildProcess.spawn(command)
        command.descriptors = [:]
        return process
    }

    private func waitUntilReady() throws(LinuxError) {
        var polled = [
            pollfd(fd: ready.reader, events: Int16(POLLIN), revents: 0),
            pollfd(fd: slirp.pidfd.rawValue, events: Int16(POLLIN), revents: 0),
        ]
        let answered = poll(&polled, 2, 15_000)
        var byte: UInt8 = 0
        if answered > 0, polled[0].revents & Int16(POLLIN) != 0, read(ready.reader, &byte, 1) == 1 { return }
        throw LinuxError(
            answered == 0 ? "wait for slirp4netns" : "run slirp4netns", nil, answered == 0 ? .timedOut : .ioError)
    }

    /// Routes that lead nowhere, for every address that is not the public Internet's, but to the name server and to
    /// what is to stay open.
    private static func setRoutes(
        _ namespace: FilePath, _ link: LinkNetwork, closed: [AddressBlock], open: [[UInt8]]
    ) throws(LinuxError) {
        let fd = namespace.withPlatformString { lesson_openat2(AT_FDCWD, $0, O_RDONLY | O_CLOEXEC, 0, 0) }
        guard fd >= 0 else { throw LinuxError("open the namespace", namespace, Errno(rawValue: -fd)) }
        let file = OwnedDescriptor(fd)
        let failure: LinuxError? = try DedicatedThread.runAndWait {
            let joined = lesson_join_namespace(file.rawValue)
            if joined < 0 { return LinuxError("join the namespace", namespace, Errno(rawValue: -joined)) }
            // More specific than the device's own route: slirp4netns would pass on what goes to other addresses of it.
            for block in closed + link.halves {
                // No IPv6 here means none to close.
                if let failure = add(block, device: nil, gateway: nil), block.bytes.count == 4 { return failure }
            }
            let resolver = AddressBlock(link.resolver, prefix: 32)
            if let failure = add(resolver, device: device, gateway: nil) { return failure }
            for address in open where address.count == 4 && address.first != 127 {
                let failure = add(AddressBlock(address, prefix: 32), device: device, gateway: link.gateway)
                if let failure { return failure }
            }
            return nil
        }
        if let failure { throw failure }
    }

    private static func add(_ block: AddressBlock, device: String?, gateway: [UInt8]?) -> LinuxError? {
        let family = block.bytes.count == 4 ? AF_INET : AF_INET6
        let failed = block.bytes.withUnsafeBytes { address in
            guard let gateway else {
                return lesson_add_route(family, address.baseAddress, UInt32(block.prefix), device, nil)
            }
            return gateway.withUnsafeBytes {
                lesson_add_route(family, address.baseAddress, UInt32(block.prefix), device, $0.baseAddress)
            }
        }
        return failed < 0 ? LinuxError("add a route", FilePath("\(block)"), Errno(rawValue: -failed)) : nil
    }
}
