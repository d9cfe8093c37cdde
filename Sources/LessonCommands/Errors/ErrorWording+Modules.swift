import Diagnostics
import Lessons

extension ErrorWording {
    /// The one place where errors become words.
    /// - Parameter isDocker: whether statuses are Docker's.
    init(_ error: any Error, isDocker: Bool = false) {
        switch error {
        case let error as CommandError:
            self.init(
                code: error.code, message: error.message, hint: error.hint, file: error.file, line: error.line,
                status: error.status.rawValue)
        case let error as LessonError:
            self.init(error.diagnostics, fallback: "bad-lesson", status: .couldNotRun)
        case let error as WorkspaceError:
            self.init(
                code: "workspace-\(error.kind.rawValue)", message: error.message, hint: error.hint,
                status: ExitStatus.couldNotRun.rawValue)
        case let error as LocalFiles.Failure:
            self.init(code: "file", message: error.message, status: ExitStatus.couldNotRun.rawValue)
        case let error as Diagnostic:
            self.init([error], fallback: error.id, status: .couldNotRun)
        default:
            // An error that nobody has worded is a gap of ours, and still tells more than nothing.
            self.init(code: "unexpected", message: "\(error)", status: ExitStatus.couldNotRun.rawValue)
        }
        if isDocker, status == ExitStatus.couldNotRun.rawValue { status = 1 }
    }
}
