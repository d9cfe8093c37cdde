/// What a command itself finds wrong; modules below have errors of their own.
struct CommandError: Error, Sendable, Hashable {
    /// Stable, for programs.
    var code: String
    /// Lower case, no full stop.
    var message: String
    /// What to do next.
    var hint: String?
    var file: String?
    var line: Int?
    var status: ExitStatus

    init(
        _ code: String, _ message: String, hint: String? = nil, file: String? = nil, line: Int? = nil,
        status: ExitStatus = .couldNotRun
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.status = status
    }
}
