import ArgumentParser
import Foundation
import Testing

@testable import LessonCommands

/// The help of every command, as recorded. `LESSON_RECORD=1 swift test --filter HelpTests` records it again.
struct HelpTests {
    struct Screen: CustomTestStringConvertible, Sendable {
        var path: [String]
        var command: any ParsableCommand.Type
        var testDescription: String { path.joined(separator: " ") }
    }

    static let screens: [Screen] = {
        var found: [Screen] = []
        var pending = [Screen(path: ["lesson"], command: Lesson.self)]
        while let screen = pending.popLast() {
            found.append(screen)
            for inner in screen.command.configuration.subcommands {
                pending.append(Screen(path: screen.path + [inner._commandName], command: inner))
            }
        }
        return found
    }()

    @Test(arguments: screens)
    func looksAsRecorded(_ screen: Screen) throws {
        let text = Lesson.helpMessage(for: screen.command, columns: 100) + "\n"
        try Golden.expect(text, equals: "Help/\(screen.path.joined(separator: "-")).txt")
    }

    @Test func everyRecordedScreenIsOfACommandThatIsThere() throws {
        let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/Help")
        let recorded = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(recorded == Self.screens.map { $0.path.joined(separator: "-") + ".txt" }.sorted())
    }

    @Test(arguments: screens)
    func saysWhatEachArgumentIsFor(_ screen: Screen) {
        let help = Lesson.helpMessage(for: screen.command, columns: 400)
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  -") || line.hasPrefix("  <") {
            // After a long name the words stand on the next line, further in; one that just fits is one blank away.
            let words = line.split(separator: "  ", omittingEmptySubsequences: true)
            let hasWords = words.count > 1 || line.contains("> ") || next.hasPrefix("          ")
            #expect(hasWords, "\(screen.path.joined(separator: " ")): \(line)")
        }
    }
}
