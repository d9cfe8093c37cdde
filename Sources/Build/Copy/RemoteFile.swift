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

/// A repository that `ADD` cloned.
struct GitCheckout: Sendable {
    var url: String
    var commit: String
    /// The working tree, until it is copied.
    var path: FilePath
}
