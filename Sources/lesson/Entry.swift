import ArgumentParser
import LessonCommands

@main
struct Entry {
    static func main() async {
        await Lesson.main()
    }
}
