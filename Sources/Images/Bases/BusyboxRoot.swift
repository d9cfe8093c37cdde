import Glibc
import Linux
import OCI
import SystemPackage

/// A root directory of this machine's static busybox, with a link for each of its commands.
enum BusyboxRoot {
    static func archive(date: Timestamp) async throws(ImageError) -> [UInt8] {
        let missing = ImageError(
            .missingTool, "busybox is not installed here", hint: "install it: apt-get install busybox-static")
        let places: [String] = ["/bin/busybox", "/usr/bin/busybox"]
        guard let path = places.first(where: { access($0, X_OK) == 0 }) else {
            throw missing
        }
        let program = MemorySink()
        try DescriptorSource(file: FilePath(path)).copy(into: program)
        guard !isDynamic(program.bytes) else {
            throw ImageError(
                .missingTool, "the busybox of this machine needs libraries", hint: "install busybox-static instead")
        }
        let listed: ChildProcess.Completion
        do throws(LinuxError) {
            listed = try await ChildProcess.run(ChildProcess.Command(path, ["--list-full"]), outputLimit: 1 << 20)
        } catch {
            throw ImageError(error)
        }
        guard listed.ending.isSuccess else { throw missing }
        let commands = String(decoding: listed.standardOutput, as: UTF8.self).split(separator: "\n").map(String.init)
        return archive(program: program.bytes, commands: commands, date: date)
    }

    /// Whether an ELF program asks for an interpreter (`PT_INTERP`).
    static func isDynamic(_ program: [UInt8]) -> Bool {
        guard program.count > 64, program.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return false }
        func number(_ offset: Int, _ size: Int) -> Int {
            guard offset + size <= program.count else { return 0 }
            return program[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let table = number(32, 4)
        return (0..<number(56, 2)).contains { number(table + $0 * number(54, 2), 4) == 3 }
    }

    private static func archive(program: [UInt8], commands: [String], date: Timestamp) -> [UInt8] {
        let time = FileTime(seconds: date.seconds)
        var files: [String: (TarEntry, [UInt8])] = [:]
        func add(_ path: String, _ kind: TarKind, mode: UInt32, _ content: [UInt8] = [], link: String = "") {
            let name = kind == .directory ? path + "/" : path
            files[path] = (
                TarEntry(
                    path: Array(name.utf8), kind: kind, mode: mode, size: Int64(content.count),
                    linkTarget: Array(link.utf8), modified: time), content
            )
        }
        for path in [
            "bin", "dev", "etc", "home", "proc", "root", "sbin", "sys", "usr", "usr/bin", "usr/sbin", "var",
            "usr/local", "usr/local/bin", "lib", "opt", "srv", "run", "mnt", "var/log", "var/cache",
        ] { add(path, .directory, mode: 0o755) }
        add("root", .directory, mode: 0o700)
        for path in ["tmp", "var/tmp"] { add(path, .directory, mode: 0o1777) }
        add("bin/busybox", .file, mode: 0o755, program)
        for command in commands where command != "bin/busybox" && !command.contains("..") && command.contains("/") {
            let folder = String(command.prefix { $0 != "/" })
            guard ["bin", "sbin", "usr"].contains(folder) else { continue }
            add(command, .symlink, mode: 0o777, link: "/bin/busybox")
        }
        let users = [
            "root:x:0:0:root:/root:/bin/sh", "daemon:x:1:1:daemon:/usr/sbin:/bin/false",
            "nobody:x:65534:65534:nobody:/:/bin/false",
        ]
        add("etc/passwd", .file, mode: 0o644, Array((users.joined(separator: "\n") + "\n").utf8))
        add("etc/group", .file, mode: 0o644, Array("root:x:0:\ndaemon:x:1:\nnogroup:x:65534:\n".utf8))
        add("etc/shadow", .file, mode: 0o640, Array("root:*::0:::::\nnobody:*::0:::::\n".utf8))
        add("etc/hosts", .file, mode: 0o644, Array("127.0.0.1\tlocalhost\n".utf8))
        add(
            "etc/profile", .file, mode: 0o644,
            Array("export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n".utf8))
        var bytes: [UInt8] = []
        for (_, (entry, content)) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            bytes += TarHeader.encode(entry) + content
            bytes += [UInt8](repeating: 0, count: Int(TarHeader.roundUp(Int64(content.count))) - content.count)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }
}
