import ArgumentParser
import Images
import TerminalUI

struct PruneCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove containers that have ended, images without a name and the build cache.")

    @Flag(name: [.customShort("a"), .long], help: "Remove all images that no container uses, and all of the cache.")
    var all = false

    @OptionGroup var options: PruneOptions

    @Flag(help: "Remove volumes too (this engine has none).")
    var volumes = false

    @Option(help: "Keep this much of the build cache, e.g. 2GB; the least recently used goes first.")
    var keepStorage: ByteAmount?

    @Option(help: "Bring the whole store down to this size: the cache first, then images without a name.")
    var maxUsedSpace: ByteAmount?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        // First of all, as a question is asked inside: there Ctrl-C is listened to.
        let engine = try await EngineSession.open(console)
        let filters = try options.filters
        guard PruneQuestion.confirm(warning, isSure: options.force, console) else { return }
        var report = PruneReport()
        if maxUsedSpace == nil || all {
            try await report.removeContainers(of: engine.store, filters)
            var request = PruneRequest()
            request.cacheLimit = keepStorage?.bytes ?? 0
            request.sharedCache = all
            request.allImages = all
            filters.apply(to: &request)
            report.add(try await engine.store.prune(request))
        }
        if let maxUsedSpace, let more = try await engine.store.shrink(to: maxUsedSpace.bytes) { report.add(more) }
        report.print(console)
    }

    private var warning: String {
        var lines: [String]
        if let maxUsedSpace, !all {
            lines = ["what is more than \(ByteCount(maxUsedSpace.bytes)) in the store, no image with a name"]
        } else {
            lines = [
                "all stopped containers",
                all ? "all images without at least one container associated to them" : "all dangling images",
            ]
            let cache = all ? "all build cache" : "all dangling build cache"
            lines.append(keepStorage.map { "\(cache) beyond \(ByteCount($0.bytes))" } ?? cache)
        }
        var text = ":\n" + lines.map { "  - \($0)\n" }.joined()
        if !options.filter.isEmpty {
            text +=
                "\n  Items to be pruned will be filtered with:\n" + options.filter.map { "  - \($0.text)\n" }.joined()
        }
        return text + "\n"
    }

    func validate() throws {
        if maxUsedSpace != nil, !options.filter.isEmpty { throw ValidationError("--max-used-space takes no --filter") }
    }
}

struct PruneImagesCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "prune", abstract: "Remove images without a name.")

    @Flag(name: [.customShort("a"), .long], help: "Remove all images that no container uses.")
    var all = false

    @OptionGroup var options: PruneOptions

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        let filters = try options.filters
        var report = PruneReport()
        let warning =
            all ? " all images without at least one container associated to them.\n" : " all dangling images.\n"
        if PruneQuestion.confirm(warning, isSure: options.force, console) {
            var request = PruneRequest()
            request.allImages = all
            filters.apply(to: &request)
            request.cacheLimit = nil
            report.add(try await engine.store.prune(request))
        }
        report.print(console)
    }
}

/// `lesson docker builder`.
struct BuilderFamily: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "builder", abstract: "The build cache.",
        subcommands: [BuildCommand.self, PruneCacheCommand.self])
}

struct PruneCacheCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "prune", abstract: "Remove the build cache.")

    @Flag(name: [.customShort("a"), .long], help: "Remove what images share with the cache too.")
    var all = false

    @Flag(name: [.customShort("f"), .long], help: "Do not ask.")
    var force = false

    @Option(help: "until=24h (or a time).")
    var filter: [PruneFilter] = []

    @Option(help: "Keep this much of the build cache, e.g. 2GB; the least recently used goes first.")
    var keepStorage: ByteAmount?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        let filters = try PruneFilters(filter)
        var report = PruneReport()
        let warning = all ? " all build cache. " : " all dangling build cache. "
        if PruneQuestion.confirm(warning, isSure: force, console) {
            var request = PruneRequest()
            request.danglingImages = false
            request.cacheLimit = keepStorage?.bytes ?? 0
            request.sharedCache = all
            filters.apply(to: &request)
            report.add(try await engine.store.prune(request))
        }
        report.print(console)
    }
}
