import Dockerfile
import Images
import Linux
import SystemPackage

/// Sources of `ADD` that are not on this machine.
enum RemoteSource {
    /// `http://`, `https://`.
    static func isURL(_ source: String) -> Bool {
        source.hasPrefix("http://") || source.hasPrefix("https://")
    }

    /// A repository: `git@host:path`, `git://`, `ssh://`, or a URL whose path ends in `.git`.
    static func isGit(_ source: String) -> Bool {
        if source.hasPrefix("git@") || source.hasPrefix("git://") || source.hasPrefix("ssh://") { return true }
        guard isURL(source) else { return false }
        let path = source.prefix { $0 != "#" && $0 != "?" }
        return path.hasSuffix(".git")
    }

    static func isRemote(_ source: String) -> Bool { isURL(source) || isGit(source) }

    /// Refuses what makes no sense before anything is looked at.
    static func check(_ request: CopyRequest) throws(InstructionError) {
        if !request.isAdd {
            for source in request.sources where isURL(source) && !isGit(source) {
                throw InstructionError(
                    id: "bad-value", message: "source can't be a URL for COPY",
                    hint: "ADD takes URLs: ADD \(source) \(request.destination)", word: source)
            }
            for source in request.sources where isGit(source) {
                throw InstructionError(
                    id: "bad-value", message: "source can't be a git ref for COPY",
                    hint: "ADD takes repositories: ADD \(source) \(request.destination)", word: source)
            }
        }
        guard let checksum = request.checksum else { return }
        guard request.sources.count == 1, let source = request.sources.first else {
            throw InstructionError(
                id: "bad-value", message: "checksum can't be specified for multiple sources",
                hint: "write one ADD for each source", word: checksum)
        }
        guard isRemote(source) else {
            throw InstructionError(
                id: "bad-value", message: "checksum requires HTTP(S) or Git sources",
                hint: "a file of the build context needs no checksum: leave it out", word: checksum)
        }
    }
}
