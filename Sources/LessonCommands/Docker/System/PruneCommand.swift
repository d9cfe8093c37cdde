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

    @Option(help: "until=24h (or a time), label=NAME[=VALUE], label!=NAME[=VALUE].")
    var filter: [PruneFilter] = []

    @Option(help: "Keep this much of the build cache, e.g. 2GB; the least recently used goes first.")
    var keepStorage: ByteAmount?

    @Option(help: "Bring the whole store down to this size: the cache first, then images without a name.")
    var maxUsedSpace: ByteAmount?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        // First of all, as a question is asked inside: there Ctrl-C is listened to.
        let engine = try await EngineSession.open(console)
        if !force {
            console.note("WARNING! This will remove:")
            if let maxUsedSpace {
                console.note(
                    "  - what is more than \(ByteCount(maxUsedSpace.bytes)) in the store, no image with a name")
            } else {
                console.note(all ? "  - all images" : "  - all images without a name")
                console.note(keepStorage == nil ? "  - the build cache" : "  - the build cache beyond the given size")
            }
            if !filter.isEmpty {
                console.note("")
                console.note("  Items to be pruned will be filtered with:")
                for one in filter { console.note("  - \(one.text)") }
            }
            let goOn = try Question.confirm("Are you sure you want to continue?", console, otherwise: "give `-f`")
            guard goOn else { throw CommandExit(.failed) }
        }
        if let maxUsedSpace, filter.isEmpty, !all {
            return console.report(try await engine.store.shrink(to: maxUsedSpace.bytes) ?? PruneResult())
        }
        var request = PruneRequest()
        request.cacheLimit = keepStorage?.bytes ?? 0
        request.allImages = all
        PruneFilter.apply(filter, to: &request)
        var result = try await engine.store.prune(request)
        if let maxUsedSpace, let more = try await engine.store.shrink(to: maxUsedSpace.bytes) {
            result.images += more.images
            result.cache += more.cache
            result.bytes += more.bytes
        }
        console.report(result)
    }

    func validate() throws {
        if maxUsedSpace != nil, !filter.isEmpty { throw ValidationError("--max-used-space takes no --filter") }
    }
}

struct PruneImagesCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "prune", abstract: "Remove images without a name.")

    @Flag(name: [.customShort("a"), .long], help: "Remove all images, not just those without a name.")
    var all = false

    @Flag(name: [.customShort("f"), .long], help: "Do not ask.")
    var force = false

    @Option(help: "until=24h (or a time), label=NAME[=VALUE], label!=NAME[=VALUE].")
    var filter: [PruneFilter] = []

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        // First of all, as a question is asked inside: there Ctrl-C is listened to.
        let engine = try await EngineSession.open(console)
        if !force {
            console.note("WARNING! This will remove \(all ? "all images" : "all images without a name").")
            let goOn = try Question.confirm("Are you sure you want to continue?", console, otherwise: "give `-f`")
            guard goOn else { throw CommandExit(.failed) }
        }
        var request = PruneRequest()
        request.allImages = all
        PruneFilter.apply(filter, to: &request)
        request.cacheLimit = nil
        console.report(try await engine.store.prune(request))
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
        if !result.cache.isEmpty {
            print("Deleted build cache objects:")
            for id in result.cache { print(id) }
            print("")
        }
        print("Total reclaimed space: \(ByteCount(result.bytes, precision: 4))")
    }
}
