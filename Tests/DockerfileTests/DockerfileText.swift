import Diagnostics
import Testing

@testable import Dockerfile

/// Parses a text that must be a Dockerfile.
func parsed(_ text: String, file: String = "Dockerfile") throws -> Dockerfile {
    try Dockerfile.parse(Array(text.utf8), file: file)
}

/// The line parser's answer for a text.
func tree(_ text: String) throws -> DockerfileTree {
    try DockerfileTree.parse(DockerfileSource(bytes: Array(text.utf8), file: "Dockerfile"))
}

/// The error of a text that must be none.
func failure(_ text: String) throws -> DockerfileError {
    try #require(throws: DockerfileError.self) { _ = try parsed(text) }
}

/// The instructions of the last stage.
func instructions(_ text: String) throws -> [Instruction] {
    try #require(parsed(text).stages.last).commands.map(\.instruction)
}

/// What checks say, as `rule@line`.
func warnings(_ text: String, options: DockerfileLint.Options = .init()) -> [String] {
    DockerfileLint.check(Array(text.utf8), file: "Dockerfile", options: options).warnings
        .map { "\($0.id)@\($0.range?.start.line ?? 0)" }
}
