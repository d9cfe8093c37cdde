import Diagnostics
import Images
import Linux
import Sandbox
import SystemPackage

extension BuildFailure {
    /// The kernel refused something that has to work.
    static func system(_ error: LinuxError, what: String) -> BuildFailure {
        if error.errno == .noSpace || error.errno == Errno(rawValue: 122) {
            return .environment(
                "disk-full", "\(what): no space left on the disk",
                hint: "free some space, or remove what no image needs with `lesson docker system prune`")
        }
        return .environment(
            "system", "\(what): \(error)",
            hint: error.advice ?? "`lesson doctor` shows what works on this machine")
    }

    /// The store, a registry or an archive is not what it has to be.
    static func images(_ error: ImageError, file: String? = nil, range: SourceRange? = nil) -> BuildFailure {
        if error.code == .cancelled { return .cancelled }
        let id =
            switch error.code {
            case .notAvailable, .noSuchImage, .notFound: "base-image-missing"
            case .unreachable: "registry-unreachable"
            case .diskFull: "disk-full"
            default: error.code.rawValue
            }
        return .environment(id, error.message, hint: error.hint, file: file, range: range)
    }

    /// What a view of layers throws.
    static func looking(_ error: any Error, what: String) -> BuildFailure {
        switch error {
        case let error as BuildFailure: error
        case let error as ImageError: .images(error)
        case let error as LinuxError: .system(error, what: what)
        default: .environment("system", "\(what): \(error)")
        }
    }

    /// Whether it is the store that is damaged: what it had lost is made again by another try.
    var isDamage: Bool { kind == .environment && diagnostic.id == ImageError.Code.corrupt.rawValue }

    /// A step could not be run.
    static func sandbox(_ error: SandboxError, file: String, range: SourceRange) -> BuildFailure {
        if error.code == .cancelled { return .cancelled }
        return BuildFailure(
            error.isLearners ? .learner : .environment,
            Diagnostic(
                id: error.isLearners ? "run-failed" : error.code.rawValue, severity: .error, file: file, range: range,
                message: error.message, hint: error.hint))
    }
}
