/// What went wrong with an image, an archive or the store.
package struct ImageError: Error, Hashable, CustomStringConvertible {
    /// The kind of failure, for those who decide by it.
    package enum Code: String, Hashable, Sendable {
        /// A name, an id or a snapshot that is not in the store.
        case notFound
        /// A base image that is neither here, nor in the lesson, nor to be had from a registry.
        case notAvailable
        /// More than one image has an id that begins so.
        case ambiguous
        /// An archive that is damaged, or is no archive.
        case malformed
        /// An archive that asks for what no image may do: leave its root, ids nobody has.
        case hostile
        /// An archive larger than what was allowed.
        case tooLarge
        /// Content that does not match its digest.
        case digestMismatch
        /// Something in the store is missing or changed behind its back.
        case corrupt
        /// What was asked for is not supported.
        case unsupported
        /// The registry did not answer.
        case unreachable
        /// The registry wants a login, or refused the one it got.
        case unauthorized
        /// The registry knows no such image.
        case noSuchImage
        /// A program that is needed is not installed.
        case missingTool
        /// A program that was started failed.
        case toolFailed
        /// No space left, on the disk or in the quota.
        case diskFull
        /// Something still uses what should be removed.
        case inUse
        /// The kernel refused a call.
        case system
        /// The task was cancelled.
        case cancelled
    }

    private let storage: Storage

    /// Behind a reference: an error of one word travels better through many calls than one of seven.
    private final class Storage: Sendable {
        let code: Code
        let message: String
        let hint: String?
        let errno: Int32?

        init(code: Code, message: String, hint: String?, errno: Int32?) {
            self.code = code
            self.message = message
            self.hint = hint
            self.errno = errno
        }
    }

    package var code: Code { storage.code }
    /// What happened, with what: lower case, no full stop. May hold text from outside: show it through `SafeText`.
    package var message: String { storage.message }
    /// What to do next.
    package var hint: String? { storage.hint }
    /// The kernel's `errno`, where there is one.
    package var errno: Int32? { storage.errno }

    package init(_ code: Code, _ message: String, hint: String? = nil, errno: Int32? = nil) {
        storage = Storage(code: code, message: message, hint: hint, errno: errno)
    }

    package static func == (a: ImageError, b: ImageError) -> Bool {
        a.code == b.code && a.message == b.message && a.hint == b.hint && a.errno == b.errno
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(message)
    }

    package var description: String { message }
}
