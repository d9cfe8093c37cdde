/// Why an instruction is none, before it is known where it stands.
package struct InstructionError: Error, Hashable, Sendable {
    /// Stable, e.g. `unknown-flag`.
    package var id: String
    package var message: String
    package var hint: String?
    /// The word that is wrong, as it is written; ``Command/range(of:)`` finds its place.
    package var word: String?

    package init(id: String, message: String, hint: String? = nil, word: String? = nil) {
        self.id = id
        self.message = message
        self.hint = hint
        self.word = word
    }
}
