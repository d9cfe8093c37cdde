/// A glob on a file's name.
package struct NamePattern: Sendable {
    private let glob: Glob

    package init(_ pattern: String) {
        glob = Glob(pattern)
    }

    package func matches(_ name: String) -> Bool { glob.matches(name) }
}
