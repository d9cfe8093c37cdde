import ArgumentParser
import Checks
import Lessons
import TerminalUI

struct InspectImageCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what each layer of an image adds, changes, removes and wastes.",
        discussion: """
            IMAGE is the name of an image, a Dockerfile or a folder with one (it is built first), an exercise of the \
            workspace, an archive of `docker save`, an OCI layout, or what skopeo reads, as in docker-daemon:hello:latest. \
            What is fetched only to be looked at is not kept. In the full-screen view: arrows, Tab, Enter, / and q.
            """)

    @Argument(help: "An image, or what one is built from; the current exercise by default.", completion: .file())
    var image: String?

    @Option(help: "The exercise of the workspace, by id.")
    var exercise: String?

    @Option(help: "The image that it stands on, where that is not known.")
    var base: String?

    @Flag(help: "A tree of files instead of tables.")
    var tree = false

    @Option(help: "How deep the tree is open.")
    var depth = 3

    @Option(help: "How many of the largest files.")
    var top = 10

    @Flag(help: "Every entry, those of the base too.")
    var all = false

    @Flag(name: [.customShort("i"), .customLong("full-screen")], help: "Look around in a full-screen view.")
    var fullScreen = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...1000).contains(depth) else { throw ValidationError("--depth takes 0 to 1000") }
        guard (0...100_000).contains(top) else { throw ValidationError("--top takes 0 to 100000") }
        if image != nil, exercise != nil { throw ValidationError("Name an image or an exercise, not both.") }
        if fullScreen, output.json || tree {
            throw ValidationError("--full-screen goes with neither --json nor --tree")
        }
    }

    func execute(_ console: Console) async throws {
        if fullScreen { try FullScreenView.require(console) }
        var opening = try await ImageOpening(console)
        do {
            let opened = try await opening.open(image, exercise: exercise, base: base)
            let report = await InspectionReport(opened, top: top)
            try await show(report, console)
        } catch {
            await opening.cleanUp()
            throw error
        }
        await opening.cleanUp()
    }

    private func show(_ report: InspectionReport, _ console: Console) async throws {
        if console.isJSON { return try console.json(report.document(all: all)) }
        if fullScreen { return try await FullScreenView(report).run(console) }
        guard tree else {
            return console.printFolded(InspectionTable(report: report, all: all).lines(console.out))
        }
        let paths = PathTree(report.inspection, all: all)
        let rows = paths.rows { _, level in level + 1 < depth }
        console.print(InspectionTable(report: report, all: all).head(console.out) + [StyledLine()])
        console.print(rows.isEmpty ? [StyledLine("  nothing over the base", .muted)] : rows.map { paths.line($0) })
    }
}

extension ImageOpening {
    /// What a command's arguments name; the workspace's current exercise when they name nothing.
    mutating func open(_ image: String?, exercise: String?, base: String? = nil) async throws -> OpenedImage {
        if let image { return try await open(image, base: base) }
        if let exercise { return try await open(.exercise(exercise), named: exercise, base: base) }
        guard let session else {
            throw CommandError(
                "usage", "name an image, a Dockerfile or an archive",
                hint: "inside the folder that `lesson start` made, the current exercise is meant", status: .usage)
        }
        let current = try session.exercise(nil).id
        return try await open(.exercise(current), named: current, base: base)
    }
}
