import Checks
import Lessons
import Synchronization
import SystemPackage

@testable import Grading

/// An engine that builds nothing: it answers by a word in the Dockerfile, and its files are in memory.
final class FakeEngine: ExaminationEngine {
    struct World: Sendable {
        var replies: @Sendable (BuildOrder) -> BuildReply
        var images: [String: EngineImage] = [:]
        var layers: [String: [String: [UInt8]]] = [:]
        var run: @Sendable (EngineImage, RunOrder) -> RunObservation
    }

    private let world: World
    private let state = Mutex((builds: 0, atOnce: 0, most: 0, scopes: [String](), histories: [String]()))

    init(_ world: World) {
        self.world = world
    }

    var builds: Int { state.withLock { $0.builds } }
    var most: Int { state.withLock { $0.most } }
    var scopes: [String] { state.withLock { $0.scopes } }
    /// The layers of stages that were asked for.
    var histories: [String] { state.withLock { $0.histories } }

    func build(_ order: BuildOrder) async -> BuildReply {
        state.withLock {
            $0.builds += 1
            $0.atOnce += 1
            $0.most = max($0.most, $0.atOnce)
            $0.scopes.append(order.scope)
        }
        await Task.yield()
        defer { state.withLock { $0.atOnce -= 1 } }
        return world.replies(order)
    }

    func image(named name: String) async throws(Ungradable) -> EngineImage {
        guard let image = world.images[name] else { throw Ungradable(.baseNotOffered, message: "no \(name)") }
        return image
    }

    func isHere(_ name: String) async -> Bool { world.images[name] != nil }

    func layer(_ id: String) async throws(Ungradable) -> LayerTable {
        guard let files = world.layers[id] else { throw Ungradable(.fault, message: "no layer \(id)") }
        return LayerTable(
            id: id,
            entries: files.map { path, bytes in
                LayerTable.Entry(path: ImagePath(path), kind: .file, mode: 0o755, size: Int64(bytes.count))
            })
    }

    func history(ofLayer id: String) async throws(Ungradable) -> LayerTable {
        state.withLock { $0.histories.append(id) }
        return try await layer(id)
    }

    func file(_ path: ImagePath, inLayer id: String) async -> LayerContent? {
        guard let bytes = world.layers[id]?[path.string] else { return nil }
        return LayerContent(size: UInt64(bytes.count)) { offset, count in
            Array(bytes.dropFirst(Int(min(offset, UInt64(Int.max)))).prefix(count))
        }
    }

    func run(_ image: EngineImage, _ order: RunOrder) async -> RunObservation { world.run(image, order) }
}

/// An engine that knows the images of a small class.
enum FakeWorld {
    /// The smallest thing that is an ELF file, with a text in it.
    static func elf(_ text: String = "") -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64)
        bytes.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
        bytes[16] = 2
        bytes[18] = 62
        return bytes + Array(text.utf8)
    }

    static func image(_ key: String, _ layers: [(String, Int64)]) -> EngineImage {
        EngineImage(
            key: key, layers: layers.map { (id: $0.0, bytes: $0.1) }, config: ConfigObservation(command: ["/hello"]))
    }

    static func graph(base: String, copiesFromContext: Bool, made: String = "made") -> BuildGraph {
        let source =
            copiesFromContext
            ? BuildGraph.Source(from: .context, path: ImagePath("hello"), destination: ImagePath("/hello"))
            : BuildGraph.Source(from: .stage(0), path: ImagePath("/hello"), destination: ImagePath("/hello"))
        return BuildGraph(
            stages: [
                BuildGraph.Stage(
                    name: "compiler", base: .image("gcc"), baseName: "gcc", line: 1,
                    steps: [BuildGraph.Step(kind: "RUN", line: 2, text: "RUN make", layer: made)]),
                BuildGraph.Stage(
                    base: .image(base), baseName: base, line: 3,
                    steps: [
                        BuildGraph.Step(kind: "COPY", line: 4, text: "COPY hello", layer: "program", sources: [source])
                    ]),
            ], finalStage: 1)
    }

    private static let layers: [String: [String: [UInt8]]] = [
        "plain": ["/etc/passwd": [1]], "gcc": ["/etc/passwd": [1], "/usr/bin/gcc": elf()],
        "made": ["/hello": elf("made")], "program": ["/hello": elf("made")],
    ]

    private static func reply(_ order: BuildOrder) -> BuildReply {
        let text = String(decoding: order.dockerfile, as: UTF8.self)
        if text.contains("broken") {
            return .failed(.init(id: "copy-source-missing", message: "hello.c: not found", line: 2), nil)
        }
        if text.contains("elsewhere") {
            return .impossible(Ungradable(.baseNotOffered, message: "gcc:13 is not available here"))
        }
        if text.contains("reference") {
            return .built(.init(image: image("reference", [("gcc", 9000)]), graph: BuildGraph()))
        }
        let isPrebuilt = text.contains("prebuilt")
        let base = text.contains("on gcc") ? ("gcc", Int64(5000)) : ("plain", Int64(1000))
        // The variable that the canary asks for is the image's key: the run below goes by it.
        let canary = order.substitutions.values.first.flatMap { source in
            String(decoding: source, as: UTF8.self).split(separator: "\"").dropFirst().first.map(String.init)
        }
        return .built(
            .init(
                image: image(isPrebuilt ? "image" : canary ?? "image", [base, ("program", 50)]),
                graph: graph(
                    base: base.0, copiesFromContext: isPrebuilt, made: text.contains("forgotten") ? "forgotten" : "made"
                ),
                contextFiles: ["hello.c": "digest"],
                cachedSteps: 1, totalSteps: 2))
    }

    /// Words that a Dockerfile may hold: `good`, `prebuilt`, `broken`, `elsewhere`, `on gcc`, `reference`,
    /// `forgotten`.
    static func engine() -> FakeEngine {
        FakeEngine(
            FakeEngine.World(
                replies: reply, images: ["plain": image("plain", [("plain", 1000)])], layers: layers,
                run: { image, order in
                    let mode = order.environment.first { $0.hasPrefix(image.key + "=") }?.split(separator: "=").last
                    var text = "Hello, world!"
                    if let mode { text = mode == "silent" ? "" : text + " " + image.key.replacing("_", with: "-") }
                    return RunObservation(
                        arguments: order.arguments, command: ["/hello"], ending: .exited(0),
                        standardOutput: Array(text.utf8))
                }))
    }

    static let exercise = Exercise(
        id: "two", title: "Two", bases: ["plain"],
        rubric: Rubric(
            points: 100,
            checks: [
                CheckDefinition(id: "built", kind: .builds, points: 10, isRequired: true, isGate: true),
                CheckDefinition(
                    id: "stages", kind: .stages(StagesRule()), points: 20, isRequired: true, needs: ["built"]),
                CheckDefinition(id: "base", kind: .finalBase(FinalBaseRule()), points: 10, needs: ["built"]),
                CheckDefinition(
                    id: "only", kind: .imageDelta(ImageDeltaRule()), points: 30, isRequired: true, needs: ["built"]),
                CheckDefinition(
                    id: "runs", kind: .run(RunRule(standardOutput: .trimmed("Hello, world!"))), points: 30,
                    isRequired: true, needs: ["built"]),
            ]))
}
