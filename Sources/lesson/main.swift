import ArgumentParser
import LessonCommands

await Lesson.main()
