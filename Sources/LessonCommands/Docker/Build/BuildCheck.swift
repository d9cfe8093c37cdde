import Build
import Diagnostics
import Dockerfile
import Images

/// `docker build --check`: the lint, no build.
struct BuildCheck {
    let input: BuildInput
    let arguments: BuildArguments
    let store: Store?

    func run(_ console: Console) throws {
        var options = DockerfileLint.Options()
        options.buildArguments = arguments.buildArguments
        options.target = arguments.target
        if let platform = arguments.platform { options.platform = platform }
        options.baseConfig = store?.baseConfiguration
        if let bytes = input.ignoreFile {
            options.ignore = try? IgnorePatterns.parse(bytes, file: input.ignoreFileName)
        }
        let report = DockerfileLint.check(input.dockerfile, file: input.dockerfileName, options: options)
        let source = DockerfileSource(bytes: input.dockerfile, file: input.dockerfileName)
        let found = report.warnings + (report.error?.diagnostics ?? [])
        show(found, source: source)
        guard !found.isEmpty else {
            Streams.output.write("Check complete, no warnings found.\n")
            return
        }
        let count = report.warnings.count
        let warnings = "\(count) \(count == 1 ? "warning has" : "warnings have") been found!"
        Streams.output.write(
            report.error == nil || count > 0
                ? "Check complete, \(warnings)\n" : "Check complete: this file cannot be built\n")
        throw CommandExit(.failed)
    }

    private func show(_ diagnostics: [Diagnostic], source: DockerfileSource) {
        let renderer = DiagnosticRenderer()
        for diagnostic in diagnostics {
            let line = diagnostic.range.flatMap { source.sourceLine($0.start.line) }
            Streams.output.write(renderer.render(diagnostic, sourceLine: line) + "\n")
        }
    }
}
