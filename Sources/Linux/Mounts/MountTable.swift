import CLinux
import Glibc
package import SystemPackage

/// The mounts of this process's namespace.
package enum MountTable {
    /// Unmounts everything below a folder, deepest first: what a program that failed left there.
    package static func detachAll(below folder: FilePath) {
        guard let table = HostFile.read("/proc/self/mountinfo") else { return }
        let points = table.split(separator: "\n").compactMap { line -> FilePath? in
            let fields = line.split(separator: " ")
            guard fields.count > 4 else { return nil }
            let point = FilePath(unescaped(fields[4]))
            return point != folder && point.starts(with: folder) ? point : nil
        }
        for point in points.reversed() {
            _ = point.withPlatformString { lesson_unmount($0, Int32(MNT_DETACH)) }
        }
    }

    /// The kernel writes blanks and backslashes in octal (`proc_pid_mountinfo(5)`).
    static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (48...55).contains($0) }) {
                bytes.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 << 3 | Int($1 - 48) }))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
