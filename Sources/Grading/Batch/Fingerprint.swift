import Checks
import FoundationEssentials
import Lessons
import OCI
import SystemPackage

/// Names what an examination depends on, apart from what its rubric asks: see ``ObservationDemand``.
enum Fingerprint {
    private static let maximumFiles = 5000
    private static let maximumBytes = 64 << 20

    /// The submission's files, the exercise's bases, limits and reference, and the shape of observations.
    static func of(_ submission: Submission, exercise: Exercise, lesson: Lesson) -> String {
        var hasher = SHA256Hasher()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        hasher.update("observe \(Observations.format)\n\(lesson.id)\n\(exercise.id)\n\(exercise.dockerfile)\n")
        hasher.update("\(exercise.bases)\n\(exercise.network)\n\(lesson.images.map(\.names))\n")
        hasher.update(Array((try? encoder.encode(exercise.limits)) ?? Data()))
        if let reference = exercise.reference?.dockerfile {
            hasher.update("\nreference \(reference.lastComponent?.string ?? "")\n")
            add(reference.removingLastComponent(), to: &hasher)
        }
        hasher.update("\nsubmission\n")
        add(submission.folder, to: &hasher)
        return hasher.finalize().hex
    }

    private static func add(_ root: FilePath, to hasher: inout SHA256Hasher) {
        var files = 0
        var left = maximumBytes
        var pending: [FilePath] = [FilePath()]
        while let folder = pending.popLast() {
            for name in (try? LocalFiles.names(in: root.pushing(folder))) ?? [] {
                files += 1
                guard files <= maximumFiles else { break }
                let path = folder.appending(name)
                let whole = root.pushing(path)
                let kind = LocalFiles.kind(whole)
                hasher.update("\(path)\n\(String(describing: kind))\n")
                switch kind {
                case .folder: pending.append(path)
                case .file:
                    if let (bytes, mode) = try? LocalFiles.read(whole, limit: left) {
                        left -= bytes.count
                        hasher.update("\(mode) \(bytes.count)\n")
                        hasher.update(bytes)
                    }
                default: break
                }
            }
        }
    }
}
