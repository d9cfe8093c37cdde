import Foundation
import Linux
import OCI
import SystemPackage

@testable import Images

/// A folder of a test's own, with a store in it, removed at the end.
final class Scratch: Sendable {
    let path: FilePath
    let ids: IdentityMapping

    init(ids: IdentityMapping = Scratch.defaultIDs) throws {
        self.ids = ids
        // Side by side, the stores of these tests have more files open than most systems let a process have at first.
        ProcessLimits.raiseOpenFiles()
        // The kernel sees to it that nobody else has the name: `UUID()` is all zeros where no descriptor is left.
        var template = Array("\(FileManager.default.temporaryDirectory.path)/lesson-images-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(platformString: template)
    }

    deinit {
        try? RootedDirectory(at: path.removingLastComponent()).remove(FilePath(root: nil, path.components.suffix(1)))
    }

    /// As root, of a user namespace with many ids too, any id can be given to a file; else there is one.
    static let defaultIDs: IdentityMapping = {
        let text = (try? String(contentsOfFile: "/proc/self/uid_map", encoding: .utf8)) ?? ""
        let count = text.split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(
            0, +)
        return getuid() == 0 && count > 65536 ? IdentityMapping(offset: 1, count: 65536) : .single
    }()

    func store() throws -> Store { try Store(at: path.appending("store"), ids: ids) }

    func file(_ name: String) -> FilePath { path.appending(name) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> FilePath {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name).string))
        return file(name)
    }

    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name).string)))
    }

    /// Runs a program of the host; its output, and whether it was content.
    @discardableResult
    func run(_ arguments: String..., in directory: FilePath? = nil) async throws -> (text: String, succeeded: Bool) {
        var command = ChildProcess.Command(
            arguments[0], Array(arguments.dropFirst()), environment: ChildProcess.Command.hostEnvironment)
        command.workingDirectory = directory ?? path
        let completion = try await ChildProcess.run(command)
        return (
            String(decoding: completion.standardOutput + completion.standardError, as: UTF8.self),
            completion.ending.isSuccess
        )
    }
}

/// Archives as a test wants them, right or wrong.
struct TestArchive {
    var bytes: [UInt8] = []

    mutating func add(_ entry: TarEntry, _ content: [UInt8] = []) {
        var entry = entry
        if entry.kind == .file { entry.size = Int64(content.count) }
        bytes += TarHeader.encode(entry)
        append(content)
    }

    mutating func append(_ content: [UInt8]) {
        bytes += content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    static func file(_ path: String, _ text: String = "content", mode: UInt32 = 0o644) -> (TarEntry, [UInt8]) {
        (TarEntry(path: Array(path.utf8), kind: .file, mode: mode), Array(text.utf8))
    }

    static func link(_ path: String, to target: String, hard: Bool = false) -> (TarEntry, [UInt8]) {
        (
            TarEntry(
                path: Array(path.utf8), kind: hard ? .hardLink : .symlink, mode: 0o777, linkTarget: Array(target.utf8)),
            []
        )
    }

    static func directory(_ path: String, mode: UInt32 = 0o755) -> (TarEntry, [UInt8]) {
        (TarEntry(path: Array(path.utf8), kind: .directory, mode: mode), [])
    }

    static func of(_ entries: [(TarEntry, [UInt8])]) -> [UInt8] {
        var archive = TestArchive()
        for (entry, content) in entries { archive.add(entry, content) }
        return archive.finished
    }
}

/// A sequence of numbers that is the same each time.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A tree as the canonical order of a layer's archive has it.
struct RandomTree {
    var entries: [(TarEntry, [UInt8])] = []

    init(seed: UInt64, ids: IdentityMapping) {
        var random = SeededGenerator(seed: seed)
        var files: [[UInt8]] = []
        add(under: [], depth: 0, &random, &files, ids)
    }

    private mutating func add(
        under parent: [UInt8], depth: Int, _ random: inout SeededGenerator, _ files: inout [[UInt8]],
        _ ids: IdentityMapping
    ) {
        let count = Int.random(in: depth == 0 ? 3...9 : 0...5, using: &random)
        var names: Set<[UInt8]> = []
        for _ in 0..<count {
            // Names of any bytes but / and zero, some long, some not UTF-8.
            let length = [1, 3, 8, 60, 99, 120, 200].randomElement(using: &random) ?? 1
            var name = (0..<length).map { _ in UInt8.random(in: 1...255, using: &random) }
            name = name.map { $0 == 47 || ($0 < 33 && length > 3) ? 97 : $0 }
            if name.starts(with: [46]) { name[0] = 98 }
            names.insert(name)
        }
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let path = parent + name
            let owner = { (random: inout SeededGenerator) in
                ids.isSingle ? 0 : [0, 1000, 65535, 42].randomElement(using: &random) ?? UInt32(0)
            }
            var entry = TarEntry(
                path: path, kind: .file,
                mode: [0o644, 0o755, 0o4755, 0o600, 0o2755, 0].randomElement(using: &random) ?? 0,
                uid: owner(&random), gid: owner(&random),
                modified: FileTime(
                    seconds: [0, 1, 1_700_000_000, -5, 5_000_000_000].randomElement(using: &random) ?? 0))
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3:
                let size = [0, 1, 511, 512, 513, 70_000, 200_000].randomElement(using: &random) ?? 0
                let zeros = Bool.random(using: &random)
                let content = (0..<size).map { _ in zeros ? 0 : UInt8.random(in: 0...255, using: &random) }
                if Bool.random(using: &random) {
                    entry.attributes = [ExtendedAttribute(name: "user.note", value: [0, 255, 10, 61])]
                }
                entries.append(
                    (
                        {
                            entry.size = Int64(size); return entry
                        }(), content
                    ))
                files.append(path)
            case 4, 5:
                entry.kind = .symlink
                entry.mode = 0o777
                entry.linkTarget =
                    [
                        Array("../../x".utf8), Array("a//b/".utf8), Array("/etc/passwd".utf8), [255, 254],
                        [UInt8](repeating: 120, count: 150),
                    ].randomElement(using: &random) ?? [120]
                entries.append((entry, []))
            case 6:
                entry.kind = .fifo
                entries.append((entry, []))
            case 7 where !files.isEmpty:
                let target = files.randomElement(using: &random) ?? []
                guard let original = entries.first(where: { $0.0.path == target })?.0 else { continue }
                entry = original
                entry.path = path
                entry.kind = .hardLink
                entry.size = 0
                entry.attributes = []
                entry.linkTarget = target
                entries.append((entry, []))
            default:
                guard path.count < 1500 else { continue }
                entry.kind = .directory
                entry.path = path + [47]
                entry.mode = [0o755, 0o700, 0o1777, 0].randomElement(using: &random) ?? 0
                entries.append((entry, []))
                if depth < 4 { add(under: path + [47], depth: depth + 1, &random, &files, ids) }
            }
        }
    }
}
