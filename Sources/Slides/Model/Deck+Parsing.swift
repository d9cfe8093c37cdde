extension Deck {
    /// Reads a deck. Never fails: what is wrong with the text is in ``diagnostics``.
    ///
    /// The time it takes is proportional to the size of the text, whatever the text.
    /// - Parameters:
    ///   - bytes: the text as it is in its file: any line ends, a byte order mark, NUL and invalid UTF-8 are dealt with.
    ///   - options: how to read it.
    public init(parsing bytes: some Collection<UInt8>, options: DeckOptions = DeckOptions()) {
        let raw = (bytes as? [UInt8]) ?? Array(bytes)
        let loader = DeckLoader(options: options)
        self = loader.load(raw)
    }

    /// Reads a deck from a string.
    public init(parsing text: String, options: DeckOptions = DeckOptions()) {
        self.init(parsing: Array(text.utf8), options: options)
    }
}
