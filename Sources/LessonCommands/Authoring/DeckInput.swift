import Lessons
import Slides
import SystemPackage

/// A deck that a person names on the command line: a file, or the manifest of a course.
enum DeckInput {
    static func read(_ path: String, strictRemark: Bool = false) throws -> Deck {
        if Lessons.Lesson.isCourse(FilePath(path)) {
            return try Lessons.Lesson.courseDeck(at: FilePath(path), options: DeckOptions(strictRemark: strictRemark))
        }
        return Deck(
            parsing: try InputFile.read(path), options: DeckOptions(strictRemark: strictRemark, file: path))
    }
}
