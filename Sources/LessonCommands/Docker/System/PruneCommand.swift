import ArgumentParser
import Images
import OCI
import TerminalUI

struct PruneCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove images without a name and the build cache.")

    @Flag(name: [.customShort("a"), .long], help: "Remove all images, not just those without a name.")
    var all = false

    @Flag(name: [.customShort("f"), .long], help: "Do not ask.")
    var force = false

    @Option(help: "Keep this much of the build cache, e.g. 2GB; the least recently used goes first.")
    var keepStorage: ByteAmount?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        // First of all, as a question is asked inside: there Ctrl-C is listened to.
        let engine = try await EngineSession.open(console)
        if !force {
            console.note("WARNING! This will remove:")
            console.note(all ? "  - all images" : "  - all images without a name")
            console.note(keepStorage == nil ? "  - the build cache" : "  - the build cache beyond the given size")
            let goOn = try Question.confirm("Are you sure you want to continue?", console, otherwise: "give `-f`")
            guard goOn else { throw CommandExit(.failed) }
        }
        let result = try await engine.store.prune(
            cacheLimit: keepStorage?.bytes ?? 0, danglingImages: true, allImages: all)
        console.report(result)
    }
}

struct PruneImagesCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "prune", abstract: "Remove images without a name.")

    @Flag(name: [.customShort("a"), .long], help: "Remove all images, not just those without a name.")
    var all = false

    @Flag(name: [.customShort("f"), .long], help: "Do not ask.")
    var force = false

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        // First of all, as a question is asked inside: there Ctrl-C is listened to.
        let engine = try await EngineSession.open(console)
        if !force {
            console.note("WARNING! This will remove \(all ? "all images" : "all images without a name").")
            let goOn = try Question.confirm("Are you sure you want to continue?", console, otherwise: "give `-f`")
            guard goOn else { throw CommandExit(.failed) }
        }
        console.report(try await engine.store.prune(cacheLimit: nil, danglingImages: true, allImages: all))
    }
}

extension Console {
    fileprivate func report(_ result: PruneResult) {
        if !result.images.isEmpty || !result.names.isEmpty {
            print("Deleted Images:")
            for name in result.names { print("untagged: \(name.familiar)") }
            for image in result.images { print("deleted: \(image)") }
            print("")
        }
        print("Total reclaimed space: \(ByteCount(result.bytes, precision: 4))")
    }
}

/// A size as Docker's flags take it: `512m`, `2GB`, `1024`; units are binary, as there.
struct ByteAmount: ExpressibleByArgument, Sendable {
    let bytes: Int64

    init?(argument: String) {
        let lowered = argument.lowercased()
        let digits = lowered.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = lowered.dropFirst(digits.count).drop { $0 == " " }
        let powers = ["": 0, "b": 0, "k": 1, "kb": 1, "kib": 1, "m": 2, "mb": 2, "mib": 2, "g": 3, "gb": 3, "gib": 3]
        guard let number = Double(digits), let power = powers[String(unit)] ?? (unit.hasPrefix("t") ? 4 : nil) else {
            return nil
        }
        let value = (0..<power).reduce(number) { value, _ in value * 1024 }
        guard value >= 0, value < 9e18 else { return nil }
        bytes = Int64(value)
    }
}
