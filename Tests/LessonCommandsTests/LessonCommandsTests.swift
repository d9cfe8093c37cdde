import Testing
@testable import LessonCommands
