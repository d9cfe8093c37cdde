import Glibc
import SystemPackage

/// A range of the host's ids that a user may map.
struct IdentityRange: Hashable, Sendable {
    var start: UInt32
    var count: UInt32
}

/// Where the ids of a container come from, and how they are put into a user namespace.
enum IdentityPlan: Hashable, Sendable {
    /// Written by us, with the right to.
    case direct(uids: [MapLine], gids: [MapLine])
    /// Written by `newuidmap` and `newgidmap`, which check `/etc/subuid` and `/etc/subgid`.
    case helpers(uids: [MapLine], gids: [MapLine])
    /// The one id that anybody may map.
    case single(uid: UInt32, gid: UInt32)

    struct MapLine: Hashable, Sendable {
        var inside: UInt32
        var outside: UInt32
        var count: UInt32
    }

    /// How many ids a container gets at most.
    static let containerCount: UInt32 = 65536

    var mapping: IdentityMapping {
        switch self {
        case .direct(let uids, let gids), .helpers(let uids, let gids):
            // The second line is the container's in both.
            let count = min(uids.count > 1 ? uids[1].count : 1, gids.count > 1 ? gids[1].count : 1)
            return IdentityMapping(offset: 1, count: min(count, Self.containerCount))
        case .single: return .single
        }
    }

    /// The best plan for who we are.
    static func best(uid: UInt32, gid: UInt32) -> IdentityPlan {
        // For trying the last way on a machine that has better ones; never as root, who would be the container's root.
        if uid != 0, HostEnvironment.value("LESSON_ID_MAPPING") == "single" { return .single(uid: uid, gid: gid) }
        if uid == 0, let uids = rootLines("/proc/self/uid_map", "/etc/subuid"),
            let gids = rootLines("/proc/self/gid_map", "/etc/subgid")
        {
            return .direct(uids: uids, gids: gids)
        }
        let name = userName(uid)
        if let uids = subordinate("/etc/subuid", name, uid), let gids = subordinate("/etc/subgid", name, uid),
            found("newuidmap"), found("newgidmap"), isMapped(uids, in: HostFile.read("/proc/self/uid_map") ?? ""),
            isMapped(gids, in: HostFile.read("/proc/self/gid_map") ?? "")
        {
            let count = min(uids.count, gids.count, containerCount)
            return .helpers(
                uids: [
                    MapLine(inside: 0, outside: uid, count: 1), MapLine(inside: 1, outside: uids.start, count: count),
                ],
                gids: [
                    MapLine(inside: 0, outside: gid, count: 1), MapLine(inside: 1, outside: gids.start, count: count),
                ])
        }
        return .single(uid: uid, gid: gid)
    }

    /// What a map's text says is mapped here, as ranges of ids of this namespace, sorted.
    private static func ranges(_ map: String) -> [IdentityRange] {
        map.split(separator: "\n").compactMap { line -> IdentityRange? in
            let numbers = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { UInt32($0) }
            guard numbers.count == 3, numbers[2] > 0 else { return nil }
            return IdentityRange(start: numbers[0], count: numbers[2])
        }.sorted { $0.start < $1.start }
    }

    /// Whether all of a range is there to be mapped on. In a namespace that somebody made with fewer ids, `/etc/subuid`
    /// names some that do not exist.
    static func isMapped(_ range: IdentityRange, in map: String) -> Bool {
        var next = UInt64(range.start)
        let end = next + UInt64(range.count)
        for piece in ranges(map) where UInt64(piece.start) <= next {
            next = max(next, UInt64(piece.start) + UInt64(piece.count))
        }
        return next >= end
    }

    /// All ids that root can see, with a range set apart for containers: 0, the range, and then the rest, so that the
    /// engine can read whatever root can.
    static func rootLines(_ mapFile: String, _ subFile: String) -> [MapLine]? {
        guard let text = HostFile.read(mapFile) else { return nil }
        let here = ranges(text)
        guard let range = containerRange(in: here, preferred: subordinate(subFile, "root", 0)) else { return nil }
        var lines = [MapLine(inside: 0, outside: 0, count: 1)]
        lines.append(MapLine(inside: 1, outside: range.start, count: range.count))
        var inside = range.count + 1
        for piece in here {
            let end = UInt64(piece.start) + UInt64(piece.count)
            let cuts: [(UInt64, UInt64)] = [
                (max(1, UInt64(piece.start)), min(end, UInt64(range.start))),
                (max(1, UInt64(piece.start), UInt64(range.start) + UInt64(range.count)), end),
            ]
            for (from, to) in cuts where from < to && lines.count < 300 {
                let count = UInt32(clamping: min(to - from, UInt64(UInt32.max) - UInt64(inside)))
                guard count > 0 else { continue }
                lines.append(MapLine(inside: inside, outside: UInt32(from), count: count))
                inside += count
            }
        }
        return lines
    }

    /// Where nobody else's ids are: root's entry in /etc/subuid, a range above those that systemd hands out, or, in a
    /// namespace with few ids, the last there are.
    private static func containerRange(in here: [IdentityRange], preferred: IdentityRange?) -> IdentityRange? {
        func fits(_ range: IdentityRange) -> Bool {
            here.contains {
                $0.start <= range.start
                    && UInt64(range.start) + UInt64(range.count) <= UInt64($0.start) + UInt64($0.count)
            }
        }
        if let preferred {
            let range = IdentityRange(start: preferred.start, count: min(preferred.count, containerCount))
            if range.count > 1, fits(range) { return range }
        }
        let usual = IdentityRange(start: 0x7000_0000, count: containerCount)
        if fits(usual) { return usual }
        guard let last = here.max(by: { $0.count < $1.count }), last.count > 2 else { return nil }
        let count = min(containerCount, last.count - 1)
        return IdentityRange(start: last.start + (last.count - count), count: count)
    }

    /// The largest range that a file gives a user, by name or number.
    static func subordinate(_ file: String, _ name: String?, _ uid: UInt32) -> IdentityRange? {
        guard let text = HostFile.read(file) else { return nil }
        return text.split(separator: "\n").compactMap { line -> IdentityRange? in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 3, fields[0] == name ?? "" || fields[0] == "\(uid)",
                let start = UInt32(fields[1]), let count = UInt32(fields[2]), start > 0, count > 1
            else { return nil }
            return IdentityRange(start: start, count: count)
        }.max { $0.count < $1.count }
    }

    private static func userName(_ uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.pw_name.map { String(cString: $0) }
    }

    static func found(_ program: String) -> Bool {
        let path = HostEnvironment.value("PATH") ?? "/usr/bin:/bin"
        return (path.split(separator: ":") + ["/usr/bin", "/usr/sbin"]).contains {
            access("\($0)/\(program)", X_OK) == 0
        }
    }
}

/// Small text files of the kernel and of `/etc`.
enum HostFile {
    static func read(_ path: String, limit: Int = 1 << 20) -> String? {
        let fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard fd >= 0 else { return nil }
        let file = OwnedDescriptor(fd)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while bytes.count < limit {
            let got = Glibc.read(file.rawValue, &chunk, 16384)
            if got < 0, errno == EINTR { continue }
            if got < 0 { return nil }
            if got == 0 { break }
            bytes += chunk[..<got]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes in one call, as the kernel's files want it.
    @discardableResult
    static func write(_ path: String, _ text: String) -> Errno? {
        let fd = open(path, O_WRONLY | O_CLOEXEC)
        guard fd >= 0 else { return Errno.last }
        let file = OwnedDescriptor(fd)
        var text = text
        let put = text.withUTF8 { Glibc.write(file.rawValue, $0.baseAddress, $0.count) }
        return put < 0 ? Errno.last : nil
    }
}
