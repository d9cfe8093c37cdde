/// A file whose content stands in the Dockerfile: a here-document of `COPY` or `ADD`.
package struct InlineSource: Hashable, Sendable {
    /// The file's name: the delimiter.
    package var name: String
    /// What is in it, tabs already dropped for `<<-`.
    package var content: [UInt8]
    /// Variables in it are expanded (``Instruction/expanded(in:)`` does).
    package var expands: Bool

    package init(name: String, content: [UInt8], expands: Bool) {
        self.name = name
        self.content = content
        self.expands = expands
    }
}

/// `COPY [--from= --chown= --chmod= --link --parents --exclude=] source... destination`
package struct CopyInstruction: Hashable, Sendable {
    package var sources: [String] = []
    package var inlineSources: [InlineSource] = []
    package var destination: String
    /// A stage's name or index, an image or a named context; never expanded.
    package var from: String?
    package var chown: String?
    package var chmod: String?
    package var link = false
    package var parents = false
    package var excludes: [String] = []

    package init(destination: String) { self.destination = destination }
}

/// `ADD [--chown= --chmod= --link --exclude= --checksum= --keep-git-dir --unpack] source... destination`
package struct AddInstruction: Hashable, Sendable {
    package var sources: [String] = []
    package var inlineSources: [InlineSource] = []
    package var destination: String
    package var chown: String?
    package var chmod: String?
    package var link = false
    package var excludes: [String] = []
    package var checksum: String?
    /// nil: not said.
    package var keepGitDirectory: Bool?
    /// nil: unpack local archives, not downloads.
    package var unpack: Bool?

    package init(destination: String) { self.destination = destination }
}
