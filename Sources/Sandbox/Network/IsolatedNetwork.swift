import Linux
import SystemPackage

/// A network namespace of the engine's user namespace with slirp4netns at its end.
struct IsolatedNetwork {
    static let resolver = "10.0.2.3"
    let namespace: FilePath
    let system: FilePath

    init(directory: FilePath) throws(SandboxError) {
        throw SandboxError(.networkUnavailable, "not yet")
    }

    func tearDown() {}
}
