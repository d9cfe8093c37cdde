/// Why a workspace could not be used.
package struct WorkspaceError: Error, Sendable, Hashable {
    package var kind: Kind
    package var message: String
    package var hint: String?

    package init(_ kind: Kind, message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }

    package enum Kind: String, Sendable, Hashable {
        /// No workspace here or above.
        case notFound
        /// The progress file cannot be read or is of another version.
        case unreadable
        /// Another command holds it.
        case locked
        /// The file system refused.
        case failed
    }
}
