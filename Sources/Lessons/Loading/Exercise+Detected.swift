import Diagnostics
import Slides

extension Exercise {
    /// Exercises of a deck that declares none: its whole Dockerfiles, each the solution to find.
    static func detected(in deck: Deck) -> [Exercise] {
        deck.detectedExercises.map { found in
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
            exercise.starter += sources(for: found, in: deck)
            return exercise
        }
    }

    private static func file(ofSlide number: Int, _ deck: Deck) -> String? {
        deck.slides.indices.contains(number - 1) ? deck.slides[number - 1].file ?? deck.file : deck.file
    }

    /// Source files that the Dockerfile copies and that the deck shows: a C file is the nearest fence before the
    /// exercise that includes a header or defines `main`.
    private static func sources(for found: DetectedExercise, in deck: Deck) -> [StarterFile] {
        let words = found.fence.text.split(separator: "\n").flatMap { line -> [Substring] in
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, ["copy", "add"].contains(first.lowercased()) else { return [] }
            return words.dropFirst().dropLast().filter { !$0.hasPrefix("--") }
        }
        var names: [String] = []
        for word in words where word.hasSuffix(".c") && isInside(String(word)) && !names.contains(String(word)) {
            names.append(String(word))
        }
        guard let name = names.first, names.count == 1 else { return [] }
        // What is further back is another topic's, and a deck may have a great many slides.
        let before = deck.slides.prefix(found.slideNumber).suffix(200).flatMap(\.fences)
        let source = before.last {
            $0.text.contains("#include") || $0.text.contains("main(") || $0.text.contains("main (")
        }
        return source.map { [StarterFile(path: name, contents: Array($0.text.utf8))] } ?? []
    }
}
