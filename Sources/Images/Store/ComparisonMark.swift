import Glibc
import SystemPackage

/// Says when a layer was last found to be what was committed: an empty file beside it, by its time.
///
/// Only a hint, so nothing depends on its being there, and no failure to write it is told.
struct ComparisonMark {
    private let path: FilePath

    init(folder: FilePath) { path = folder.appending("compared") }

    /// Seconds for which a comparison counts where things are only looked up: a learner builds every few minutes.
    private static let lifetime = 600

    /// Whether the comparison was a moment ago. A time to come says nothing: somebody has set a clock.
    var isFresh: Bool {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { return false }
        return (0..<Self.lifetime).contains(time(nil) - status.st_mtim.tv_sec)
    }

    func set() {
        let descriptor = open(path.string, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        futimens(descriptor, nil)
        close(descriptor)
    }
}
