import Diagnostics

extension CourseManifest {
    /// Reads the whole course as one deck, numbered through; ``Deck/parts`` says where parts begin.
    ///
    /// Files are the caller's to find, so that nothing outside its folder is read. Each is asked for once per place it
    /// stands in; slides know theirs by ``Slide/file``.
    /// - Parameters:
    ///   - options: as for a deck; the manifest's excluded classes are added.
    ///   - read: the bytes of a file, or nil when there is none.
    public func deck(options: DeckOptions = DeckOptions(), read: (Request) -> [UInt8]?) -> Deck {
        var loader = CourseLoader(manifest: self, options: options)
        return loader.load(read)
    }
}

/// Puts a course together.
private struct CourseLoader {
    let manifest: CourseManifest
    var options: DeckOptions
    var diagnostics: [Diagnostic]
    var pieces: [Piece] = []
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
            course.linkDefinitions += deck.linkDefinitions
            diagnostics += deck.diagnostics
            if let last = course.parts.indices.last {
                course.parts[last].slides = course.parts[last].slides.lowerBound..<course.slides.count
            }
        }
        course.diagnostics = diagnostics
        if course.title == nil { course.title = course.slides.lazy.compactMap(\.title).first }
        return course
    }

    private func read(_ piece: Piece) -> Deck {
        var options = options
        options.file = piece.file
        let loader = DeckLoader(options: options, lineMap: piece.lineMap)
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
            append(piece, read)
        case .file(let path, let line):
            guard let bytes = read(.content(path)) else {
                diagnostics.append(
                    Diagnostic(
                        id: "missing-include", severity: .error, file: manifest.file, range: SourceRange(line: line),
                        message: "the deck '\(path)' does not exist",
                        hint: "paths in 'content:' are looked up from the manifest's folder"))
                return
            }
            append(Piece(text: bytes, file: path, part: part), read)
        }
    }

    /// Replaces what stands for something else, before anything is split.
    private mutating func append(_ piece: Piece, _ read: (CourseManifest.Request) -> [UInt8]?) {
        var piece = piece
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

    fileprivate var mayContainContents: Bool {
        withUnsafeBufferPointer { $0.find("@@TOC@@", in: 0..<$0.count) != nil }
    }
}

extension CourseLoader.Piece {
    /// Replaces `@@KEY@@`, `@@LINK[path]` and `@@INCLUDE[path]`; the includes that were not found, and their lines.
    fileprivate mutating func substitute(
        _ manifest: CourseManifest, remaining: inout Int, include: (String) -> [UInt8]?
    ) -> [(path: String, line: Int)] {
        var out = GroupText()
        var missing: [(String, Int)] = []
        let map = lineMap
        var line = 0
        func source(_ line: Int) -> Int32 { map.map { $0[Swift.min(line, $0.count - 1)] } ?? Int32(line + 1) }
        out.lineMap = [source(0)]
        text.withUnsafeBufferPointer { bytes in
            var position = 0
            while position < bytes.count {
                let byte = bytes[position]
                if byte == 0x40, position + 1 < bytes.count, bytes[position + 1] == 0x40,
                    let found = Substitution(bytes, position)
                {
                    var value: [UInt8]?
                    switch found.kind {
                    case .value(let key):
                        value = manifest.values[key].map { Array($0.utf8) }
                    case .link(let path):
                        let base = manifest.values["gitrepo"].map { "https://\($0)/tree/main/" } ?? ""
                        value = Array("[\(path)](\(base)\(path))".utf8)
                    case .include(let path):
                        value = include(path)
                        if value == nil { missing.append((path, Int(source(line)))) }
                        // The line feed after the mark is the file's last.
                        if value?.last == .lineFeed { value?.removeLast() }
                    }
                    if let value, value.count <= remaining {
                        remaining -= value.count
                        out.append(value, at: source(line))
                        position = found.end
                        continue
                    }
                }
                out.bytes.append(byte)
                if byte == .lineFeed {
                    line += 1
                    out.lineMap.append(source(line))
                }
                position += 1
            }
        }
        text = out.bytes
        lineMap = out.lineMap
        return missing
    }

    /// Replaces every `mark` by `value`, whose lines all count as the mark's.
    fileprivate mutating func replace(_ mark: StaticString, with value: [UInt8], remaining: inout Int) {
        var out = GroupText()
        var line = 0
        let map = lineMap
        func source(_ line: Int) -> Int32 { map.map { $0[Swift.min(line, $0.count - 1)] } ?? Int32(line + 1) }
        out.lineMap = [source(0)]
        text.withUnsafeBufferPointer { bytes in
            var position = 0
            while position < bytes.count {
                if bytes.starts(with: mark, at: position, limit: bytes.count), value.count <= remaining {
                    remaining -= value.count
                    out.append(value, at: source(line))
                    position += mark.utf8CodeUnitCount
                    continue
                }
                out.bytes.append(bytes[position])
                if bytes[position] == .lineFeed {
                    line += 1
                    out.lineMap.append(source(line))
                }
                position += 1
            }
        }
        text = out.bytes
        lineMap = out.lineMap
    }
}

extension GroupText {
    /// Appends text all of which came from one line.
    fileprivate mutating func append(_ value: [UInt8], at line: Int32) {
        bytes += value
        for byte in value where byte == .lineFeed { lineMap.append(line) }
    }
}

/// Something between `@@` and `@@`, or `@@LINK[...]`.
private struct Substitution {
    enum Kind {
        case value(String)
        case link(String)
        case include(String)
    }

    var kind: Kind
    var end: Int

    init?(_ bytes: Bytes, _ start: Int) {
        let limit = min(bytes.count, start + 1024)
        var position = start + 2
        while position < limit, bytes[position].isLetter { position += 1 }
        guard position > start + 2, position < limit else { return nil }
        let word = bytes.string(start + 2..<position)
        if bytes[position] == .leftBracket, word == "LINK" || word == "INCLUDE" {
            var close = position + 1
            while close < limit, bytes[close] != .rightBracket, bytes[close] != .lineFeed { close += 1 }
            guard close < limit, bytes[close] == .rightBracket, close > position + 1 else { return nil }
            let path = bytes.string(position + 1..<close)
            kind = word == "LINK" ? .link(path) : .include(path)
            end = close + 1
            return
        }
        guard bytes.starts(with: "@@", at: position, limit: bytes.count), word != "TOC" else { return nil }
        kind = .value(word.lowercased())
        end = position + 2
    }
}
