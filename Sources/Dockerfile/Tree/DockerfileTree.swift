package import Diagnostics

/// A Dockerfile as a list of instructions, before anybody asked what they mean.
package struct DockerfileTree: Sendable {
    package var directives = ParserDirectives()
    package var nodes: [Node] = []
    /// What BuildKit's line parser warns of (`NoEmptyContinuation`).
    package var warnings: [Diagnostic] = []

    package init() {}
}
