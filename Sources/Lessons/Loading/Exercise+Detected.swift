import Diagnostics
import Slides

extension Exercise {
    /// Exercises of a deck that declares none: its whole Dockerfiles, each the solution to find.
    static func detected(in deck: Deck) -> [Exercise] {
        var walk = SourceWalk(deck)
        return deck.detectedExercises.map { found in
            walk.advance(toSlide: found.slideNumber)
            var exercise = Exercise(
                id: found.id, title: found.title ?? found.id,
                slide: SlideReference(number: found.slideNumber, title: found.title), source: .detected,
                place: SourcePlace(
                    file: file(ofSlide: found.slideNumber, deck),
                    range: SourceRange(line: found.fence.line)),
                folder: found.id, tag: found.tag)
            exercise.solution = .files([
                StarterFile(path: "Dockerfile", contents: Array(found.fence.text.utf8))
            ])
            exercise.rubric = ExerciseDirectives.rubric(for: exercise)
            let title = (found.title ?? found.id).split(whereSeparator: \.isNewline).joined(separator: " ")
            exercise.starter = [
                StarterFile(path: "Dockerfile", contents: Array("# \(title)\n# Write the Dockerfile here.\n".utf8))
            ]
            exercise.starter += sources(for: found, walk.last)
            return exercise
        }
    }

    private static func file(ofSlide number: Int, _ deck: Deck) -> String? {
        deck.slides.indices.contains(number - 1) ? deck.slides[number - 1].file ?? deck.file : deck.file
    }

    /// Source files that the Dockerfile copies and that the deck shows: a C file is the nearest fence before the
    /// exercise that includes a header or defines `main`.
    private static func sources(for found: DetectedExercise, _ source: Fence?) -> [StarterFile] {
        let words = found.fence.text.split(separator: "\n").flatMap { line -> [Substring] in
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, ["copy", "add"].contains(first.lowercased()) else { return [] }
            return words.dropFirst().dropLast().filter { !$0.hasPrefix("--") }
        }
        let names = Set(words.lazy.filter { $0.hasSuffix(".c") && isInside(String($0)) }.map(String.init))
        guard let source, let name = names.first, names.count == 1 else { return [] }
        return [StarterFile(path: name, contents: Array(source.text.utf8))]
    }
}

/// Walks through a deck once, and knows the last program that was shown.
private struct SourceWalk {
    private let slides: [Slide]
    private var position = 0
    private(set) var last: Fence?

    init(_ deck: Deck) {
        slides = deck.slides
    }

    /// Goes on to the end of a slide; numbers must rise.
    mutating func advance(toSlide number: Int) {
        while position < slides.count, slides[position].number <= number {
            let source = slides[position].fences.last {
                $0.text.contains("#include") || $0.text.contains("main(") || $0.text.contains("main (")
            }
            last = source ?? last
            position += 1
        }
    }
}
