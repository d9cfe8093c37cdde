import Diagnostics

/// One run of the checks: what it may say, and what it said.
struct LintRun {
    let source: DockerfileSource
    let directives: ParserDirectives
    let options: DockerfileLint.Options
    private(set) var report = DockerfileLint.Report()
    private var configuration = LintConfiguration()
    private var fired: Set<String> = []

    /// How many warnings are kept; hostile text could have one for each word.
    static let warningLimit = 1_000

    init(source: DockerfileSource, directives: ParserDirectives, options: DockerfileLint.Options) {
        self.source = source
        self.directives = directives
        self.options = options
        let text = options.buildArguments["BUILDKIT_DOCKERFILE_CHECK"] ?? directives.check?.value ?? ""
        do throws(InstructionError) {
            configuration = try LintConfiguration(text)
        } catch {
            fail(error, range: directives.check?.range ?? SourceRange(line: 1))
        }
    }

    /// Says something, unless it is to be skipped for the file or for this instruction.
    mutating func warn(
        _ rule: String, _ message: String, at range: SourceRange?, comments: [String] = [], hint: String? = nil,
        severity: Severity = .warning
    ) {
        guard report.warnings.count < Self.warningLimit, configuration.allows(rule) else { return }
        if !DockerfileLint.isBuildKitRule(rule), !options.teaches { return }
        for comment in comments.reversed() where comment.hasPrefix("check=") {
            guard let local = try? LintConfiguration(String(comment.dropFirst("check=".count))) else { continue }
            if local.skipsAll || local.skipped.contains(rule) { return }
        }
        report.warnings.append(
            Diagnostic(
                id: rule, severity: severity, file: source.file, range: range, message: message, hint: hint))
        if DockerfileLint.isBuildKitRule(rule) { fired.insert(rule) }
    }

    mutating func fail(_ error: DockerfileError) {
        if report.error == nil { report.error = error }
        finish()
    }

    mutating func fail(_ error: InstructionError, range: SourceRange, precise: SourceRange? = nil) {
        guard report.error == nil else { return }
        report.error = DockerfileError(
            diagnostics: [
                Diagnostic(
                    id: error.id, severity: .error, file: source.file, range: precise ?? range,
                    message: error.message, hint: error.hint)
            ], lines: range.start.line...range.lastLine)
    }

    /// Everything about a Dockerfile that could be parsed.
    mutating func check(_ dockerfile: Dockerfile) {
        checkStageNames(dockerfile)
        checkCasing(dockerfile)
        let resolved = checkBases(dockerfile)
        if let resolved { checkCommands(dockerfile, resolved) }
        if options.teaches {
            checkCharacters(dockerfile.nodes)
            checkStageUse(dockerfile)
            checkShellCommands(dockerfile)
            checkCopies(dockerfile)
        }
        finish()
    }

    private mutating func finish() {
        report.warnings.sort { a, b in
            let (first, second) = (a.range?.start ?? SourceLocation(line: 0), b.range?.start ?? SourceLocation(line: 0))
            return first != second ? first < second : (a.id, a.message) < (b.id, b.message)
        }
        if configuration.errorsOnWarnings, !fired.isEmpty, report.error == nil {
            report.failsOnWarnings = true
            report.error = DockerfileError(
                diagnostics: [
                    Diagnostic(
                        id: "lint", severity: .error, file: source.file, range: report.warnings.first?.range,
                        message: "lint violation found for rules: " + fired.sorted().joined(separator: ", "),
                        hint: "the file asks for this with # check=error=true")
                ], lines: 0...0)
        }
    }
}
