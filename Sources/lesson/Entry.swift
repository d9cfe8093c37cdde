import LessonCommands

@main
struct Entry {
    static func main() {
        Lesson.start()
    }
}
