import FoundationEssentials
import Lessons
import OCI
import SystemPackage

/// Names everything a verdict depends on: the submission's files, the exercise's rubric and its limits.
enum Fingerprint {
    private static let maximumFiles = 5000
    private static let maximumBytes = 64 << 20

    static func of(_ submission: Submission, exercise: Exercise, lesson: Lesson) -> String {
        var hasher = SHA256Hasher()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        hasher.update("grade 1\n\(lesson.id)\n\(exercise.id)\n\(exercise.bases)\n\(exercise.network)\n")
        for data in [try? encoder.encode(exercise.rubric), try? encoder.encode(exercise.limits)] {
            hasher.update(Array(data ?? Data()))
        }
        var files = 0
        var left = maximumBytes
        var pending: [FilePath] = [FilePath()]
        while let folder = pending.popLast() {
            for name in (try? LocalFiles.names(in: submission.folder.pushing(folder))) ?? [] {
                files += 1
                guard files <= maximumFiles else { break }
                let path = folder.appending(name)
                let whole = submission.folder.pushing(path)
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
        return hasher.finalize().hex
    }
}
