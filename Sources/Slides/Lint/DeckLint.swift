public import Diagnostics

/// Says what is likely wrong with a deck: what other tools read differently, what a learner cannot see or run.
///
/// The loader's own diagnostics are part of the result. Rules that need a build (`starter-passes`,
/// `solution-fails` and the like) are checked by `lesson verify`, which has an engine. Every rule is in ``LintRule/all`` and in `docs/lint-rules.md`.
public struct DeckLint {
    /// Everything there is to say about `deck`, in the order of its lines.
    /// - Parameters:
    ///   - deck: the deck, as it was read.
    ///   - terminalColumns: the width slides must fit; nil to not ask.
    ///   - rows: the height slides must fit, the status line not counted; nil to not ask.
    ///   - fileExists: tells whether a path, as written in the deck, leads to a file; nil to not ask.
    public static func lint(
        _ deck: Deck, terminalColumns: Int? = nil, rows: Int? = nil, fileExists: ((String) -> Bool)? = nil
    ) -> [Diagnostic] {
        var lint = DeckLint(deck: deck)
        if deck.facts.texts.isEmpty {
            lint.text()
            lint.fences()
            lint.separators()
        } else {
            lint.texts()
        }
        lint.directives()
        lint.names()
        lint.bases()
        lint.exercises()
        if let fileExists { lint.images(fileExists) }
        if terminalColumns != nil || rows != nil { lint.size(columns: terminalColumns, rows: rows) }
        var all = deck.diagnostics + lint.found
        for index in all.indices where all[index].file == nil { all[index].file = deck.file }
        return lint.sorted(all)
    }

    /// In the order of a course's files, then of lines; the order of finding for equal ones.
    private func sorted(_ all: [Diagnostic]) -> [Diagnostic] {
        var places: [String?: Int] = [deck.file: 0]
        for (index, text) in deck.facts.texts.enumerated() where places[text.file] == nil {
            places[text.file] = index + 1
        }
        let keys = all.enumerated().map { index, diagnostic in
            (places[diagnostic.file] ?? places.count, diagnostic.range?.start.line ?? 0, index)
        }
        let ordered = keys.sorted { $0 < $1 }.map { all[$0.2] }
        guard !deck.facts.texts.isEmpty else { return ordered }
        // A file may stand in a course twice, and says the same each time.
        var seen: Set<Diagnostic> = []
        return ordered.filter { seen.insert($0).inserted }
    }

    let deck: Deck
    private(set) var found: [Diagnostic]

    private init(deck: Deck) {
        self.deck = deck
        found = deck.facts.findings
    }

    mutating func report(
        _ id: String, line: Int, column: Int = 1, _ message: String, hint: String? = nil, file: String? = nil
    ) {
        let severity = LintRule.all.first { $0.id == id }?.severity ?? .warning
        found.append(
            Diagnostic(
                id: id, severity: severity, file: file, range: SourceRange(line: line, column: column),
                message: message, hint: hint))
    }

    /// The rules about how a text is written, for each text of a course by itself: what was put into it is not its
    /// author's.
    private mutating func texts() {
        struct Place: Hashable {
            var file: String?
            var line: Int
        }
        var seen: Set<Place> = []
        for text in deck.facts.texts where seen.insert(Place(file: text.file, line: text.precedingLines)).inserted {
            // Blank lines in place of those before it, so that all lines are the file's.
            let before = [UInt8](repeating: .lineFeed, count: text.precedingLines)
            var lint = DeckLint(deck: Deck(parsing: before + text.bytes, options: DeckOptions(file: text.file)))
            lint.text()
            lint.fences()
            lint.separators()
            for var diagnostic in lint.found {
                diagnostic.file = text.file
                found.append(diagnostic)
            }
        }
    }

    private mutating func text() {
        let facts = deck.facts.text
        if facts.hadByteOrderMark {
            report(
                "byte-order-mark", line: 1, "the file starts with a byte order mark",
                hint: "save it as UTF-8 without one; remark does not see a first line of properties behind it")
        }
        guard let line = facts.firstCarriageReturn else { return }
        let total = facts.carriageReturnLineFeeds + facts.loneCarriageReturns
        let kinds =
            facts.loneCarriageReturns == 0
            ? "CR LF" : facts.carriageReturnLineFeeds == 0 ? "a lone CR" : "CR LF or a lone CR"
        report(
            "line-ends", line: line,
            facts.lineFeeds > 0
                ? "\(total) line\(total == 1 ? " ends" : "s end") with \(kinds), others with LF"
                : "lines end with \(kinds)",
            hint: "convert the file to LF: given as a string, remark makes one slide of it")
    }

    private mutating func fences() {
        for fence in deck.facts.fences {
            let marker = String(repeating: fence.character == .tilde ? "~" : "`", count: min(fence.length, 16))
            switch fence.problem {
            case .unclosed:
                report(
                    "unclosed-fence", line: fence.line, column: fence.indent + 1,
                    "a fence is not closed before its slide ends",
                    hint: "write '\(marker)' on a line of its own after the code; remark runs on into the next slides")
            case .shortCloser:
                report(
                    "fence-length", line: fence.closeLine ?? fence.line,
                    "the fence of line \(fence.line) opens with \(fence.length) characters and is closed with fewer",
                    hint: "write '\(marker)' here too; CommonMark takes all that follows for code")
            case nil:
                report(
                    "fence-outdented", line: fence.line, column: fence.indent + 1,
                    "code stands left of its fence's marker",
                    hint: "indent the code like the marker: CommonMark ends the list item at the first such line")
            }
        }
        for slide in deck.slides {
            for fence in slide.fences where fence.info.utf8.contains(.space) {
                report(
                    "fence-info", line: fence.line, "the info string '\(fence.info)' is more than a word",
                    hint:
                        "remark does not see this fence; put what follows the language into a lesson: comment",
                    file: slide.file)
            }
        }
    }

    private mutating func names() {
        var slides: [String: (line: Int, file: String?)] = [:]
        for slide in deck.slides where !slide.isFragment {
            // In a course slides are named after their titles too; only what an author wrote is an author's mistake.
            guard let name = slide.name, deck.facts.texts.isEmpty || slide.properties["name"] == name else { continue }
            if let first = slides[name] {
                guard first != (slide.line, slide.file) else { continue }
                report(
                    "duplicate-id", line: slide.line,
                    "the name '\(name)' is that of the slide at \(place(first, from: slide)) too",
                    hint: "rename one: links and templates find the last", file: slide.file)
            } else {
                slides[name] = (slide.line, slide.file)
            }
        }
    }

    /// A place in words, as seen from a slide: the file is named where it is another.
    func place(_ place: (line: Int, file: String?), from slide: Slide) -> String {
        guard place.file != slide.file, let file = place.file else { return "line \(place.line)" }
        return "\(file):\(place.line)"
    }

    /// Bases in fences that are whole Dockerfiles; a fragment of one is not built.
    private mutating func bases() {
        for slide in deck.slides {
            for fence in slide.fences where fence.text.utf8.count < 1 << 16 {
                guard fence.text.contains("FROM") || fence.text.contains("from") else { continue }
                let sketch = DockerfileSketch(fence.text)
                guard sketch.isBuildable else { continue }
                for base in sketch.bases where !sketch.stageNames.contains(base.name.lowercased()) {
                    guard Self.isUnpinned(base.name) else { continue }
                    report(
                        "unpinned-base", line: fence.line + 1 + base.line,
                        "the base image '\(base.name)' is not pinned",
                        hint: "name a tag other than 'latest', or a digest: what it means changes from day to day",
                        file: slide.file)
                }
            }
        }
    }

    private static func isUnpinned(_ name: String) -> Bool {
        guard name != "scratch", !name.contains("$"), !name.contains("@") else { return false }
        let last = name.split(separator: "/").last.map(String.init) ?? name
        guard let colon = last.lastIndex(of: ":") else { return true }
        return last[last.index(after: colon)...] == "latest"
    }

    private mutating func exercises() {
        for exercise in deck.detectedExercises {
            let index = exercise.slideNumber - 1
            report(
                "detected-exercise", line: exercise.fence.line,
                "a Dockerfile of \(exercise.stages) stage\(exercise.stages == 1 ? "" : "s") is taken for an exercise",
                hint: "to say so, put above the fence: "
                    + exercise.suggestion.split(separator: "\n").joined(separator: " "),
                file: deck.slides.indices.contains(index) ? deck.slides[index].file : nil)
        }
    }

    private mutating func images(_ fileExists: (String) -> Bool) {
        var known: [String: Bool] = [:]
        for slide in deck.slides {
            for image in slide.images {
                let path = image.destination
                guard !path.isEmpty, !path.contains("://"), !path.hasPrefix("//"), !path.hasPrefix("data:"),
                    !path.hasPrefix("#")
                else { continue }
                let file = String(path.prefix { $0 != "?" && $0 != "#" })
                let exists = known[file] ?? fileExists(file)
                known[file] = exists
                if !exists {
                    report(
                        "missing-image", line: image.line, "the picture '\(path)' does not exist",
                        hint: "the path is looked up from the deck's folder", file: slide.file)
                }
            }
        }
    }
}
