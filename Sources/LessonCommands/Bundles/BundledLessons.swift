import Linux
import OCI
import SystemPackage

/// Lessons that came in bundles: `Lessons` in `LESSON_HOME`, where they are found by name.
enum BundledLessons {
    static var folder: FilePath { EngineSession.home.appending("Lessons") }

    enum Change: String, Encodable, Sendable {
        case installed
        case updated
        case unchanged
    }

    /// The files of a lesson as the manifest has them, each with the digest it is said to have.
    static func verified(
        _ lesson: BundleManifest.Lesson, in files: [String: [UInt8]]
    ) throws -> [(file: BundleManifest.File, bytes: [UInt8])] {
        try lesson.files.map { file in
            guard let bytes = files["\(BundleManifest.folder)/\(lesson.name)/\(file.path)"] else {
                throw BundleManifest.failure("the bundle names \(file.path) of \(lesson.name) and does not hold it")
            }
            guard Digest.sha256(of: bytes).hex == file.sha256 else {
                throw BundleManifest.failure("\(file.path) of \(lesson.name) is damaged: its digest is another")
            }
            return (file, bytes)
        }
    }

    /// Puts a lesson in its place, as a whole: what was there of that name gives way.
    static func install(
        _ name: String, _ files: [(file: BundleManifest.File, bytes: [UInt8])]
    ) throws -> Change {
        let home = try RootedDirectory(at: EngineSession.home)
        try home.makeDirectories("Lessons")
        let lessons = try home.subdirectory("Lessons", followingLast: false)
        let place = FilePath(name)
        let existing = try lessons.statusIfPresent(place, followingLast: false)
        if existing?.kind == .directory, try isSame(lessons, place, files) { return .unchanged }
        let suffix = UInt64.random(in: .min ... .max)
        let new = FilePath(".new-\(suffix)")
        try lessons.makeDirectory(new)
        do {
            let root = try lessons.subdirectory(new, followingLast: false)
            for (file, bytes) in files {
                let path = FilePath(file.path)
                try root.makeDirectories(path.removingLastComponent())
                try root.writeFile(path, bytes, mode: file.isExecutable ? 0o755 : 0o644)
            }
            guard existing != nil else {
                try lessons.rename(new, to: place, replacing: false)
                return .installed
            }
            let old = FilePath(".old-\(suffix)")
            try lessons.rename(place, to: old)
            try lessons.rename(new, to: place, replacing: false)
            try lessons.remove(old)
            return .updated
        } catch {
            try? lessons.remove(new)
            throw error
        }
    }

    /// Whether a folder holds these files and no others.
    private static func isSame(
        _ lessons: RootedDirectory, _ place: FilePath, _ files: [(file: BundleManifest.File, bytes: [UInt8])]
    ) throws -> Bool {
        var wanted = Dictionary(files.map { (FilePath($0.file.path), $0) }, uniquingKeysWith: { $1 })
        var pending = [FilePath()]
        let root = try lessons.subdirectory(place, followingLast: false)
        while let folder = pending.popLast() {
            for entry in try root.entries(folder.isEmpty ? FilePath(".") : folder) {
                let path = folder.appending(entry.name)
                let status = try root.status(path, followingLast: false)
                if status.kind == .directory {
                    pending.append(path)
                    continue
                }
                guard status.kind == .regular, let file = wanted.removeValue(forKey: path),
                    (status.mode & 0o100 != 0) == file.file.isExecutable,
                    try root.readFile(path, limit: 64 << 20) == file.bytes
                else { return false }
            }
        }
        return wanted.isEmpty
    }
}
