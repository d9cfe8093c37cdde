package import Diagnostics
package import Slides
package import SystemPackage

/// A deck with what is to be done along the way: exercises, their rubrics, the images they stand on.
package struct Lesson: Sendable {
    /// The name by which commands find it: the folder's, or the deck's file name without its extension.
    package var id: String
    /// What a person reads: the manifest's title, else the deck's, else the id.
    package var title: String
    /// The slides.
    package var deck: Deck
    /// The deck's file; nil for a deck that never was a file.
    package var deckPath: FilePath?
    /// The folder that paths in the manifest are relative to; nil as above.
    package var folder: FilePath?
    /// In the order in which they are to be done.
    package var exercises: [Exercise]
    /// The images that the lesson offers.
    package var images: [ImageDeclaration]
    /// What the loader noticed; no errors are among them, or there would be no lesson.
    package var warnings: [Diagnostic]

    package init(
        id: String, title: String, deck: Deck, deckPath: FilePath? = nil, folder: FilePath? = nil,
        exercises: [Exercise] = [], images: [ImageDeclaration] = [], warnings: [Diagnostic] = []
    ) {
        self.id = id
        self.title = title
        self.deck = deck
        self.deckPath = deckPath
        self.folder = folder
        self.exercises = exercises
        self.images = images
        self.warnings = warnings
    }

    /// The exercise of that id.
    package func exercise(_ id: String) -> Exercise? { exercises.first { $0.id == id } }

    /// The exercises that stand on slide `number` (``Slide/number``).
    package func exercises(onSlide number: Int) -> [Exercise] { exercises.filter { $0.slide?.number == number } }

    /// The image declared under `name`, in the form an author wrote it.
    package func image(named name: String) -> ImageDeclaration? { images.first { $0.names.contains(name) } }
}

/// A slide that something refers to.
package struct SlideReference: Hashable, Sendable, Codable {
    /// ``Slide/number``: from 1, fragments count.
    package var number: Int
    /// The heading.
    package var title: String?

    package init(number: Int, title: String? = nil) {
        self.number = number
        self.title = title
    }
}

extension Lesson {
    /// The exercise that a class is graded on when nobody says which: the last one, that the others lead up to.
    package var gradedExercise: Exercise? { exercises.last { !$0.rubric.checks.isEmpty } ?? exercises.last }
}
