import ArgumentParser
import Images
import OCI

struct ImagesCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "images", abstract: "List images.")

    /// `docker image ls`, the same command.
    struct Listing: DockerCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List images.", aliases: ["list"])

        @OptionGroup var options: ImagesOptions
        @OptionGroup var display: DisplayOptions

        func execute(_ console: Console) async throws { try await options.execute(console) }
    }

    @OptionGroup var options: ImagesOptions
    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws { try await options.execute(console) }
}

struct ImagesOptions: ParsableArguments, Sendable {
    @Argument(help: "Only images of this name, or of this name and tag.")
    var name: String?

    @Flag(name: [.customShort("a"), .long], help: "Show all images (this engine keeps no intermediate ones).")
    var all = false

    @Flag(name: [.customShort("q"), .long], help: "Only show image IDs.")
    var quiet = false

    @Flag(name: .long, help: "Do not truncate output.")
    var noTrunc = false

    @Flag(name: .long, help: "Show digests.")
    var digests = false

    @Option(name: [.customShort("f"), .customLong("filter")], help: "reference=PATTERN or dangling=true|false.")
    var filters: [String] = []

    @Option(help: "'table', 'table TEMPLATE', 'json', or a Go template.")
    var format: String?

    func execute(_ console: Console) async throws {
        let filter = try ImageFilter(name: name, filters)
        let engine = try await EngineSession.open(console)
        let now = DockerTime.now
        let images = try await ImageSummary.all(engine.store)
        if quiet, format == nil {
            var seen: Set<String> = []
            for image in images where image.rows(now: now, truncates: true).contains(where: filter.accepts) {
                let id = noTrunc ? image.id.description : String(image.id.hex.prefix(12))
                if seen.insert(id).inserted { console.print(id) }
            }
            return
        }
        let rows = images.flatMap { $0.rows(now: now, truncates: !noTrunc) }.filter(filter.accepts)
        let columns = ["Repository", "Tag"] + (digests ? ["Digest"] : []) + ["ID", "CreatedSince", "Size"]
        let listing = DockerListing(fields: ImageSummary.fields, columns: columns, rows: rows)
        console.printText(try listing.text(format: format))
    }
}

/// Which images a list shows.
struct ImageFilter {
    private var patterns: [String] = []
    private var isDangling: Bool?

    init(name: String?, _ filters: [String]) throws {
        if let name { patterns.append(name) }
        for filter in filters {
            let parts = filter.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count == 2 ? parts[1] : nil) {
            case ("reference", let value?): patterns.append(value)
            case ("dangling", "true"), ("dangling", "1"): isDangling = true
            case ("dangling", "false"), ("dangling", "0"): isDangling = false
            default: throw CommandError("invalid-filter", "invalid filter '\(filter)'", status: .docker)
            }
        }
    }

    func accepts(_ row: [String: JSON]) -> Bool {
        let (name, tag) = (row["Repository"]?.string ?? "", row["Tag"]?.string ?? "")
        if let isDangling, isDangling != (name == "<none>") { return false }
        return patterns.allSatisfy { pattern in
            // A pattern with a tag is held against name and tag, one without against the name.
            let hasTag = pattern.split(separator: "/").last?.contains(":") ?? false
            return Self.matches(pattern[...], hasTag ? "\(name):\(tag)" : name)
        }
    }

    /// Go's `path.Match` for `*` and `?`, without recursion.
    static func matches(_ pattern: Substring, _ text: String) -> Bool {
        let (pattern, text) = (Array(pattern), Array(text))
        var (p, t) = (0, 0)
        var retry: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                retry = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] || (pattern[p] == "?" && text[t] != "/") {
                (p, t) = (p + 1, t + 1)
            } else if let last = retry, text[last.text] != "/" {
                retry = (last.pattern, last.text + 1)
                (p, t) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
