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

    static func isRemote(_ source: String) -> Bool { isURL(source) || GitAddress.isGit(source) }

    /// Refuses what makes no sense before anything is looked at.
    static func check(_ request: CopyRequest) throws(InstructionError) {
        if !request.isAdd {
            for source in request.sources where isURL(source) && !GitAddress.isGit(source) {
                throw InstructionError(
                    id: "bad-value", message: "source can't be a URL for COPY",
                    hint: "ADD takes URLs: ADD \(source) \(request.destination)", word: source)
            }
            for source in request.sources where GitAddress.isGit(source) {
                throw InstructionError(
                    id: "bad-value", message: "source can't be a git ref for COPY",
                    hint: "ADD takes repositories: ADD \(source) \(request.destination)", word: source)
            }
        }
        for source in request.sources where GitAddress.isGit(source) { _ = try address(source, request) }
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
    /// A repository's address, with what the flags of `ADD` say beside it.
    static func address(_ source: String, _ request: CopyRequest) throws(InstructionError) -> GitAddress {
        var address = try GitAddress(source)
        if let keeps = request.keepsGitDirectory {
            if let other = address.keepsGitDirectory, other != keeps {
                throw InstructionError(
                    id: "bad-value", message: "inconsistent keep-git-dir configuration",
                    hint: "say it once: as --keep-git-dir, or in the address", word: source)
            }
            address.keepsGitDirectory = keeps
        }
        guard let checksum = request.checksum else { return address }
        if let other = address.checksum, other != checksum {
            throw InstructionError(
                id: "bad-value", message: "checksum mismatch \(GoQuote.quote(checksum)) != \(GoQuote.quote(other))",
                hint: "say it once: as --checksum, or in the address", word: source)
        }
        guard !checksum.isEmpty, checksum.utf8.allSatisfy(GitAddress.isHexadecimal) else {
            throw GitAddress.badChecksum(checksum)
        }
        address.checksum = checksum
        return address
    }
}
