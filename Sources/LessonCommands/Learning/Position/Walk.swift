import Lessons
import Slides

/// Where a learner may go from a slide.
struct Walk {
    let lesson: Lessons.Lesson
    let progress: Progress

    /// The current entry, inside the deck even when the deck has become shorter since.
    var position: Int { min(max(1, progress.position), max(1, lesson.deck.slides.count)) }

    /// The entry after this one, or nil at the end.
    var next: Int? { position < lesson.deck.slides.count ? position + 1 : nil }

    /// The entry before this one, or nil at the start.
    var previous: Int? { position > 1 ? position - 1 : nil }

    /// The exercises of this slide that hold back who leaves it: neither passed nor skipped.
    ///
    /// A fragment belongs to the slide it continues, so nobody is held back while a slide still unfolds.
    var unsolvedOnLeaving: [Exercise] {
        let slides = lesson.deck.slides
        guard let next, !slides[next - 1].isFragment else { return [] }
        return exercisesHere.filter { progress[$0.id].state == .pending }
    }

    /// The exercises of the current slide, its fragments included.
    var exercisesHere: [Exercise] {
        let slides = lesson.deck.slides
        guard slides.indices.contains(position - 1) else { return [] }
        var first = position
        while first > 1, slides[first - 1].isFragment { first -= 1 }
        var last = position
        while last < slides.count, slides[last].isFragment { last += 1 }
        return lesson.exercises.filter { ($0.slide?.number).map { (first...last).contains($0) } ?? false }
    }

    /// The exercise that somebody means who names none: the one of this slide, else the first that is not passed.
    var currentExercise: Exercise? {
        let here = exercisesHere
        return here.first { progress[$0.id].state != .passed } ?? here.last ?? lastSeen
            ?? lesson.exercises.first { progress[$0.id].state == .pending } ?? lesson.exercises.last
    }

    /// The last exercise before the current slide that is still to be done.
    private var lastSeen: Exercise? {
        lesson.exercises.last { ($0.slide?.number ?? .max) < position && progress[$0.id].state == .pending }
    }
}
