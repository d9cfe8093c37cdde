import Dockerfile
import Linux
import SystemPackage

extension StageRunner {
    /// Looks whether the files that the stage will copy from the build context are there, before anything runs: nobody
    /// shall wait for a compiler to be installed to be told of a misspelt name.
    ///
    /// Only names that say what they mean are looked at: no variables, no wildcards. Of several that are missing the
    /// last is the failure, as with BuildKit, and the others go with it.
    func checkSources(of commands: [Command]) throws(BuildFailure) {
        guard let root = job.context else { return }
        var missing: [BuildFailure] = []
        for command in commands {
            let request: CopyRequest
            switch command.instruction {
            case .copy(let copy) where copy.from == nil && !copy.parents: request = CopyRequest(copy)
            case .add(let add): request = CopyRequest(add)
            default: continue
            }
            for source in request.sources where Self.isPlain(source) && !RemoteSource.isRemote(source) {
                let path = PathText.absolute(source, in: "/")
                if let canonical = try? root.directory.resolve(FilePath(path)),
                    (try? root.entry(at: canonical)) != nil
                {
                    continue
                }
                missing.append(
                    CopyFailure(
                        error: .missing(path), file: job.file, command: command, root: root, sources: request.sources,
                        contextPath: job.request.context?.string
                    ).failure)
            }
        }
        guard var failure = missing.popLast() else { return }
        failure.others = missing.map(\.diagnostic)
        throw failure
    }

    private static func isPlain(_ source: String) -> Bool {
        !GlobPattern.hasWildcards(source)
            && !source.utf8.contains { [UInt8(ascii: "$"), UInt8(ascii: "\\"), 34, 39, 96].contains($0) }
    }
}
