import Diagnostics

extension CourseManifest {
    /// Reads the whole course as one deck, numbered through; ``Deck/parts`` says where parts begin.
    ///
    /// Files are the caller's to find, so that nothing outside its folder is read. Each is asked for once per place it
    /// stands in; slides know theirs by ``Slide/file``: named from where the manifest's own name is, `slides/a.md` beside
    /// `slides/course.yml`.
    /// - Parameters:
    ///   - options: as for a deck; the manifest's excluded classes are added.
    ///   - read: the bytes of a file, or nil when there is none.
    public func deck(options: DeckOptions = DeckOptions(), read: (Request) -> [UInt8]?) -> Deck {
        var loader = CourseLoader(manifest: self, options: options)
        return loader.load(read)
    }
}

/// Puts a course together.
struct CourseLoader {
    let manifest: CourseManifest
    var options: DeckOptions
    var diagnostics: [Diagnostic]
    var pieces: [Piece] = []
    /// The pieces as they were written.
    var texts: [CourseText] = []
    var definitions = DefinitionTable()
    var remaining: Int

    /// A deck's text before it is read, with the source's line for each of its lines.
    struct Piece {
        var text: [UInt8]
        var lineMap: [Int32]?
        var file: String?
        /// The part it is in, from 0.
        var part: Int
    }

    init(manifest: CourseManifest, options: DeckOptions) {
        self.manifest = manifest
        self.options = options
        self.options.excludedClasses += manifest.excludedClasses
        diagnostics = manifest.diagnostics
        remaining = options.limits.expansionBytes
    }

    mutating func load(_ read: (CourseManifest.Request) -> [UInt8]?) -> Deck {
        var part = 0
        for content in manifest.content {
            collect(content, part: part, read)
            part += 1
        }
        // remark is given all files as one text, in which a definition holds everywhere.
        for piece in pieces where piece.text.mayContainDefinitions {
            let loader = DeckLoader(options: options, lineMap: piece.lineMap)
            for definition in loader.definitions(in: piece.text) { definitions.add(definition) }
        }
        // The table of contents lists headings of all files, so those without one are read first.
        var decks: [Deck?] = pieces.map { $0.text.mayContainContents ? nil : self.read($0) }
        let titles = zip(pieces, decks).flatMap { piece, deck in
            (deck?.mainHeadings ?? []).map { (part: piece.part, title: $0) }
        }
        for index in pieces.indices where decks[index] == nil {
            let contents = CourseContents(titles: titles).markdown
            pieces[index].replace("@@TOC@@", with: Array(contents.utf8), remaining: &remaining)
            decks[index] = self.read(pieces[index])
        }
        var course = Deck(title: manifest.title?.split(separator: "\n").joined(separator: " "), slides: [])
        course.file = manifest.file
        var lastPart = -1
        for (piece, deck) in zip(pieces, decks) {
            guard var deck else { continue }
            if piece.part != lastPart {
                course.parts.append(
                    Deck.Part(
                        title: deck.slides.lazy.compactMap(\.title).first,
                        slides: course.slides.count..<course.slides.count))
                lastPart = piece.part
            }
            let titled = Set(deck.mainHeadings)
            for index in deck.slides.indices {
                deck.slides[index].number = course.slides.count + index + 1
                // Links of the table of contents lead to names made of titles.
                if deck.slides[index].name == nil, !deck.slides[index].isFragment,
                    let title = deck.slides[index].title, titled.contains(title)
                {
                    deck.slides[index].name = CourseContents.anchor(title)
                }
            }
            course.slides += deck.slides
            diagnostics += deck.diagnostics
            if let last = course.parts.indices.last {
                course.parts[last].slides = course.parts[last].slides.lowerBound..<course.slides.count
            }
        }
        course.linkDefinitions = definitions.definitions
        course.facts.texts = texts
        // A file that stands in the course twice says the same each time.
        var said: Set<Diagnostic> = []
        course.diagnostics = diagnostics.filter { said.insert($0).inserted }
        if course.title == nil { course.title = course.slides.lazy.compactMap(\.title).first }
        return course
    }

    /// What stands before the names of files beside the manifest.
    private var folder: String {
        guard let file = manifest.file, let slash = file.lastIndex(of: "/") else { return "" }
        return String(file[...slash])
    }

    private func read(_ piece: Piece) -> Deck {
        var options = options
        options.file = piece.file
        let loader = DeckLoader(options: options, lineMap: piece.lineMap, definitions: definitions)
        return loader.load(piece.text)
    }

    private mutating func collect(
        _ content: CourseManifest.Content, part: Int, _ read: (CourseManifest.Request) -> [UInt8]?
    ) {
        switch content {
        case .part(let inner, _):
            for content in inner { collect(content, part: part, read) }
        case .markdown(let text, let line):
            var piece = Piece(text: Array(text.utf8), file: manifest.file, part: part)
            // A block scalar's text starts on the line after its mark.
            let lines = piece.text.count { $0 == .lineFeed } + 1
            piece.lineMap = (0..<lines).map { Int32(clamping: line + 1 + $0) }
            append(piece, read, precedingLines: line)
        case .file(let path, let line):
            guard let bytes = read(.content(path)) else {
                diagnostics.append(
                    Diagnostic(
                        id: "missing-include", severity: .error, file: manifest.file, range: SourceRange(line: line),
                        message: "the deck '\(path)' does not exist",
                        hint: "paths in 'content:' are looked up from the manifest's folder"))
                return
            }
            append(Piece(text: bytes, file: folder + path, part: part), read)
        }
    }

    /// Replaces what stands for something else, before anything is split.
    private mutating func append(
        _ piece: Piece, _ read: (CourseManifest.Request) -> [UInt8]?, precedingLines: Int = 0
    ) {
        var piece = piece
        texts.append(CourseText(bytes: piece.text, file: piece.file, precedingLines: precedingLines))
        if piece.text.containsPair {
            let missing = piece.substitute(manifest, remaining: &remaining) { read(.include($0)) }
            for (path, line) in missing {
                diagnostics.append(
                    Diagnostic(
                        id: "missing-include", severity: .error, file: piece.file, range: SourceRange(line: line),
                        message: "the included file '\(path)' does not exist",
                        hint: "paths of @@INCLUDE[...] are looked up from the repository's root"))
            }
        }
        pieces.append(piece)
    }
}

extension [UInt8] {
    /// Whether `@@` is in it.
    fileprivate var containsPair: Bool { withUnsafeBufferPointer { $0.find("@@", in: 0..<$0.count) != nil } }

    /// Whether something like `[label]:` is in it.
    fileprivate var mayContainDefinitions: Bool {
        withUnsafeBufferPointer { $0.find("]:", in: 0..<$0.count) != nil }
    }

    fileprivate var mayContainContents: Bool {
        withUnsafeBufferPointer { $0.find("@@TOC@@", in: 0..<$0.count) != nil }
    }
}
