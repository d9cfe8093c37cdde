import ArgumentParser
import TerminalUI

/// How the output is to look: of every command.
struct DisplayOptions: ParsableArguments, Sendable {
    @Option(name: .customLong("color"), help: "Colour: auto, always or never.")
    var colour: ColourChoice = .auto

    @Flag(help: "Draw with ASCII characters only.")
    var ascii = false

    func console(isJSON: Bool) -> Console {
        Console(
            out: Terminal.detect(descriptor: 1, colour: colour, ascii: ascii),
            err: Terminal.detect(descriptor: 2, colour: colour, ascii: ascii),
            isJSON: isJSON)
    }
}

extension ColourChoice: ExpressibleByArgument {}

/// How the output is to look, or to be read by a program.
struct OutputOptions: ParsableArguments, Sendable {
    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var display: DisplayOptions
}
