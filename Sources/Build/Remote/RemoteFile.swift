import OCI
import SystemPackage

/// A file that `ADD` fetched.
struct RemoteFile: Sendable {
    var url: String
    /// What it is called in the image, when the destination is a directory.
    var name: String
    var digest: Digest
    /// Where it lies until it is copied.
    var path: FilePath
    /// Seconds since 1970, from the server's `Last-Modified`.
    var modified: Int64?
    var size: Int64
}

/// A commit that `ADD` will write the files of.
struct GitCheckout: Sendable {
    var url: String
    var repository: GitRepository
    var commit: GitRepository.Commit
    var keepsGitDirectory: Bool

    /// Everything that decides about the files.
    var key: String {
        var key = commit.hash
        if keepsGitDirectory { key += ".git#\(commit.reference ?? "")#\(repository.address.shown)" }
        key += ":\(PathText.clean(repository.address.subdirectory))"
        return repository.address.takesSubmodules ? key : key + "(skip-submodules)"
    }
}
