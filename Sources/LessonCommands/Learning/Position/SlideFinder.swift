import Diagnostics
import Lessons
import Slides

/// Finds the slide that somebody means: a number, the id of an exercise, a slide's name, or words of its title.
struct SlideFinder {
    let lesson: Lessons.Lesson

    /// - Returns: ``Slide/number``, from 1.
    func number(for wanted: String) throws(CommandError) -> Int {
        let slides = lesson.deck.slides
        guard !slides.isEmpty else {
            throw CommandError("empty-deck", "the deck of \(lesson.id) has no slides")
        }
        if let number = Int(wanted) {
            guard (1...slides.count).contains(number) else {
                throw CommandError(
                    "no-such-slide", "there is no slide \(number)",
                    hint: "the deck has slides 1 to \(slides.count)", status: .usage)
            }
            return number
        }
        if let exercise = lesson.exercise(wanted), let slide = exercise.slide { return slide.number }
        let folded = wanted.lowercased()
        let exact = slides.first { $0.name?.lowercased() == folded || $0.title?.lowercased() == folded }
        if let exact { return exact.number }
        let partial = slides.filter {
            !folded.isEmpty && !$0.isFragment && $0.title?.lowercased().contains(folded) ?? false
        }
        if partial.count == 1 { return partial[0].number }
        if partial.count > 1 {
            let titles = partial.prefix(5).map { "\($0.number) \"\($0.title ?? "")\"" }.joined(separator: ", ")
            throw CommandError(
                "ambiguous-slide", "several slides have \"\(wanted)\" in their title",
                hint: "name one by its number: \(titles)", status: .usage)
        }
        let names = lesson.exercises.map(\.id) + slides.compactMap(\.name) + slides.compactMap(\.title)
        throw CommandError(
            "no-such-slide", "there is no slide, exercise or title \"\(wanted)\"",
            hint: Suggestion.nearest(to: wanted, among: names).map { "did you mean \"\($0)\"?" }
                ?? "`lesson goto` takes a number from 1 to \(slides.count), the id of an exercise or a title",
            status: .usage)
    }
}
