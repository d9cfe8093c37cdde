package import ArgumentParser

/// The root of the command line.
package struct Lesson: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lesson",
        abstract: "Tutorials that run, check and grade themselves, driven by slide decks.",
        version: "0.1.0"
    )

    package init() {}
}
