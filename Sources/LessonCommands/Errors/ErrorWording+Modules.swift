import Build
import Checks
import Diagnostics
import Images
import Lessons
import Linux
import OCI
import Sandbox

extension ErrorWording {
    /// The one place where errors become words.
    /// - Parameter docker: the status of a command of Docker's that fails; nil for our own commands.
    init(_ error: any Error, docker: ExitStatus? = nil) {
        switch error {
        case let error as CommandError:
            self.init(
                code: error.code, message: error.message, hint: error.hint, file: error.file, line: error.line,
                status: error.status.rawValue)
        case let error as LessonError:
            self.init(ofLesson: error.diagnostics)
        case let error as WorkspaceError:
            self.init(
                code: "workspace-\(error.kind.rawValue)", message: error.message, hint: error.hint,
                status: ExitStatus.couldNotRun.rawValue)
        case let error as LocalFiles.Failure:
            self.init(code: "file", message: error.message, status: ExitStatus.couldNotRun.rawValue)
        case let failure as BuildFailure:
            self.init(
                [failure.diagnostic] + failure.others, fallback: "build",
                status: failure.kind == .learner ? .failed : .couldNotRun)
        case let error as Ungradable:
            self.init(
                code: "cannot-run-\(error.reason.rawValue)", message: error.message, hint: error.remedy,
                file: error.file,
                line: error.line, status: ExitStatus.couldNotRun.rawValue)
        case let error as Diagnostic:
            self.init([error], fallback: error.id, status: .couldNotRun)
        case let error as ImageError where error.code == .diskFull:
            self.init(
                code: "image-\(error.code.rawValue)", message: error.message,
                hint: DiskRoom(at: EngineSession.home)?.advice ?? error.hint,
                status: ExitStatus.couldNotRun.rawValue)
        case let error as ImageError:
            self.init(
                code: "image-\(error.code.rawValue)", message: error.message,
                hint: error.hint
                    ?? (error.code == .system
                        ? "LESSON_HOME says where images and caches are kept: it must be a folder you may write to"
                        : nil),
                status: ExitStatus.couldNotRun.rawValue)
        case let error as EngineNamespaceError:
            self.init(
                code: "no-namespaces", message: error.description,
                hint: error.hint ?? "`lesson doctor` says what works on this machine, and what to do about the rest",
                status: ExitStatus.couldNotRun.rawValue)
        case let error as SandboxError:
            self.init(
                code: "sandbox-\(error.code.rawValue)", message: error.message,
                hint: error.hint ?? "`lesson doctor` says what works on this machine, and what to do about the rest",
                status: docker == nil ? ExitStatus.couldNotRun.rawValue : ExitStatus.docker.rawValue)
        case let failure as DockerRunFailure:
            self.init(
                code: "sandbox-\(failure.error.code.rawValue)", message: failure.error.message,
                hint: failure.error.hint, status: failure.status)
        case let error as LinuxError:
            self.init(
                code: "system", message: "\(error)", hint: error.advice, status: ExitStatus.couldNotRun.rawValue)
        case let error as GoTemplate.Failure:
            self.init(
                code: "template", message: error.message,
                hint:
                    "fields, pipelines, `if`, `range`, `with`, and `json`, `join`, `upper`, `lower`, `len`, `index` work",
                // Docker's own: 64 for what is no template, 1 for one that does not fit.
                status: error.isSyntax ? ExitStatus.usage.rawValue : ExitStatus.failed.rawValue)
        case let error as ReferenceError:
            self.init(code: "invalid-reference", message: "\(error)", status: ExitStatus.usage.rawValue)
        default:
            // An error that nobody has worded is a gap of ours, and still tells more than nothing.
            self.init(code: "unexpected", message: "\(error)", status: ExitStatus.couldNotRun.rawValue)
        }
        if let docker, status == ExitStatus.couldNotRun.rawValue { status = docker.rawValue }
    }
}
