/// An exercise that nobody wrote down: a Dockerfile on a slide, whole, with or without the command that builds it.
public struct DetectedExercise: Hashable, Sendable {
    /// The fence that holds the Dockerfile.
    public var fence: Fence
    /// The number of its slide.
    public var slideNumber: Int
    /// The slide's title.
    public var title: String?
    /// An id made of the title, unique in the deck.
    public var id: String
    /// The name of `docker build -t NAME .` on the same slide or the next.
    public var tag: String?
    /// How many stages the Dockerfile has.
    public var stages: Int
    /// The bases of its stages, in order, names of earlier stages left out.
    public var bases: [String]
    /// The comments that would say the same: to be put above the fence.
    public var suggestion: String
}

extension Deck {
    /// The exercises of a deck without directives: fences with a whole Dockerfile, whatever their language says. Empty
    /// when the author marked exercises.
    public var detectedExercises: [DetectedExercise] {
        guard !slides.contains(where: { $0.directives.contains { $0.kind == .exercise } }) else { return [] }
        var found: [DetectedExercise] = []
        var ids: [String: Int] = [:]
        for (index, slide) in slides.enumerated() {
            for fence in slide.fences where !slide.skips(fence) {
                // Most fences are ruled out by their first letters.
                guard fence.text.utf8.count >= 7, fence.text.utf8.contains(0x46) || fence.text.utf8.contains(0x66)
                else {
                    continue
                }
                let sketch = DockerfileSketch(fence.text)
                guard sketch.isBuildable else { continue }
                let tag = buildTag(on: slide) ?? (index + 1 < slides.count ? buildTag(on: slides[index + 1]) : nil)
                let slug = slide.title.map(Self.slug) ?? ""
                let stem = slug.isEmpty ? "slide-\(slide.number)" : slug
                ids[stem, default: 0] += 1
                let ordinal = ids[stem, default: 1]
                let id = ordinal == 1 ? stem : "\(stem)-\(ordinal)"
                let tagArgument = tag.map { " tag=\($0)" } ?? ""
                found.append(
                    DetectedExercise(
                        fence: fence, slideNumber: slide.number, title: slide.title, id: id, tag: tag,
                        stages: sketch.bases.count,
                        bases: sketch.bases.map(\.name).filter { !sketch.stageNames.contains($0.lowercased()) },
                        suggestion:
                            "<!-- lesson:exercise id=\(id)\(tagArgument) -->\n<!-- lesson:file name=Dockerfile -->"))
            }
        }
        return found
    }

    /// The name given to `docker build -t NAME` in a fence of the slide.
    private func buildTag(on slide: Slide) -> String? {
        for fence in slide.fences where fence.text.contains("build") {
            for line in fence.displayText.split(separator: "\n") {
                var words = line.split { $0 == " " || $0 == "\t" }[...]
                if words.first == "$" { words.removeFirst() }
                guard let docker = words.firstIndex(of: "docker"), words[docker...].contains("build") else { continue }
                for (place, word) in zip(words.indices, words) {
                    if word == "-t" || word == "--tag", place + 1 < words.endIndex {
                        return Self.tagName(words[place + 1])
                    }
                    if word.hasPrefix("--tag=") { return Self.tagName(word.dropFirst(6)) }
                }
            }
        }
        return nil
    }

    /// A name without highlight backticks; nil for a placeholder.
    private static func tagName(_ word: Substring) -> String? {
        let name = word.filter { $0 != "`" && $0 != "\"" && $0 != "'" }
        return name.isEmpty || name.contains("<") || name.contains("$") || name == "..." ? nil : String(name)
    }

    /// A title as an id: lower-case ASCII letters, digits and dashes.
    static func slug(_ title: String) -> String {
        var slug = ""
        for scalar in title.lowercased().unicodeScalars {
            if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
                slug.unicodeScalars.append(scalar)
            } else if !slug.isEmpty, !slug.hasSuffix("-") {
                slug.append("-")
            }
        }
        while slug.hasSuffix("-") { slug.removeLast() }
        return String(slug.prefix(60))
    }
}

extension Slide {
    /// Whether a directive says that the fence is no exercise.
    fileprivate func skips(_ fence: Fence) -> Bool {
        directives.contains { $0.target == .fence(fence.index) && ($0.kind == .skip || $0.kind == .solution) }
    }
}
