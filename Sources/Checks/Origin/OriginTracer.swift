/// Follows paths of an image back through its build.
///
/// The record of a build says which step made which layer and where each `COPY` took its files from. What a `RUN` did to
/// a file it does not say: that is read from the content. Equal bytes under another name were moved, copied or linked;
/// equal bytes under the same name had their mode changed; the same build id in other bytes is the work of `strip`.
package struct OriginTracer {
    /// What may be asked of the layers of a build.
    package struct Layers: Sendable {
        /// What the layer of an id holds; nil when it is gone.
        package var table: @Sendable (_ layer: String) async -> LayerTable?
        /// A regular file of a layer.
        package var content: @Sendable (_ layer: String, _ path: ImagePath) async -> LayerContent?

        package init(
            table: @escaping @Sendable (_ layer: String) async -> LayerTable?,
            content: @escaping @Sendable (_ layer: String, _ path: ImagePath) async -> LayerContent? = { _, _ in nil }
        ) {
            self.table = table
            self.content = content
        }
    }

    let graph: BuildGraph
    let layers: Layers
    /// Paths in the context by the SHA-256 of their content.
    let contextFiles: [String: [String]]
    /// Whether the files of base images are compared too: it costs the reading of their listings.
    let searchesBases: Bool
    private var indices: [String: LayerIndex] = [:]
    private var digests: [Place: String?] = [:]

    /// A file of a layer.
    package struct Place: Hashable, Sendable {
        package var layer: String
        package var path: ImagePath

        package init(layer: String, path: ImagePath) {
            self.layer = layer
            self.path = path
        }
    }

    /// A path of a stage, before one of its steps.
    struct Position: Hashable {
        var path: ImagePath
        var stage: Int
        /// How many of the stage's steps count; nil for all.
        var limit: Int?
    }

    /// - Parameters:
    ///   - contextFiles: path to SHA-256 (hexadecimal) of the files that the build took from its context.
    ///   - searchesBases: whether a `RUN` may be found to have copied a file of the base image.
    package init(
        graph: BuildGraph, layers: Layers, contextFiles: [String: String] = [:], searchesBases: Bool = true
    ) {
        self.graph = graph
        self.layers = layers
        self.searchesBases = searchesBases
        var paths: [String: [String]] = [:]
        for (path, digest) in contextFiles { paths[digest, default: []].append(path) }
        self.contextFiles = paths.mapValues { $0.sorted() }
    }

    /// The origin of `path` in the final image.
    package mutating func origin(of path: ImagePath) async -> Origin {
        await trace(Position(path: path, stage: graph.finalStage))
    }

    /// The origin of what the layer `layer` holds at `path`, hidden by later layers or not.
    package mutating func origin(of path: ImagePath, inLayer layer: String) async -> Origin {
        for stage in graph.finalChain {
            guard let step = graph.stages[stage].steps.lastIndex(where: { $0.layer == layer }) else { continue }
            return await trace(Position(path: path, stage: stage, limit: step + 1))
        }
        // No step made the layer: it is the base's.
        guard let root = graph.finalChain.last, case .image(let name) = graph.stages[root].base,
            graph.stages[root].baseLayers.contains(layer)
        else { return Origin(end: .unknown) }
        let baseName = graph.stages[root].baseName
        return Origin(end: .base(baseName.isEmpty ? name : baseName), endPath: path)
    }

    private mutating func trace(_ start: Position) async -> Origin {
        var origin = Origin(end: .unknown)
        var here = start
        // A file can only come from an earlier stage or an earlier step, so this ends; the bound is for a damaged graph.
        let bound = graph.stages.reduce(1) { $0 + 1 + $1.steps.count }
        for _ in 0...bound {
            guard graph.stages.indices.contains(here.stage) else { return origin }
            let stage = graph.stages[here.stage]
            guard let index = await lastStep(holding: here) else {
                switch stage.base {
                case .scratch: return origin
                case .image(let name):
                    origin.end = .base(stage.baseName.isEmpty ? name : stage.baseName)
                    origin.endPath = here.path
                    return origin
                case .stage(let base):
                    guard base < here.stage else { return origin }
                    here = Position(path: here.path, stage: base)
                    continue
                }
            }
            let step = stage.steps[index]
            let at = Position(path: here.path, stage: here.stage, limit: index)
            let cause = await cause(of: at, step: step)
            var link = Origin.Link(
                stage: here.stage, stageName: stage.name, line: step.line, text: step.text, path: here.path,
                isPartOfTree: cause.isPartOfTree, relation: cause.relation, detail: cause.detail)
            if cause.relation != .metadata { link.replaced = await replaced(by: at) }
            origin.chain.append(link)
            switch cause.next {
            case .position(let next):
                // Backwards only.
                guard next.stage < here.stage || next.stage == here.stage && (next.limit ?? .max) <= index else {
                    return origin
                }
                here = next
            case .end(let end, let path):
                (origin.end, origin.endPath) = (end, path)
                return origin
            }
        }
        return origin
    }

    /// The last step that put something at the path: a directory only where nothing but directories stood there.
    private mutating func lastStep(holding here: Position) async -> Int? {
        let steps = graph.stages[here.stage].steps
        var directory: Int?
        for index in steps[..<min(here.limit ?? steps.count, steps.count)].indices.reversed() {
            guard let layer = steps[index].layer, let entry = await layerIndex(of: layer)?[here.path] else {
                continue
            }
            if entry.kind == .whiteout { continue }
            if !entry.kind.isDirectory { return index }
            // Of a directory the first step is what counts: later ones list it because something in it changed.
            directory = index
        }
        return directory
    }

    /// What was visible at the path before the step.
    private mutating func replaced(by here: Position) async -> Origin.Replaced? {
        let steps = graph.stages[here.stage].steps
        guard let (layer, entry) = await visible(here), !entry.kind.isDirectory else { return nil }
        if let step = steps[..<min(here.limit ?? steps.count, steps.count)].last(where: { $0.layer == layer }) {
            return .line(step.line)
        }
        return .base
    }

    // MARK: - Layers

    /// The index of a layer; nil when the layer is gone.
    mutating func layerIndex(of layer: String) async -> LayerIndex? {
        if let known = indices[layer] { return known }
        guard let table = await layers.table(layer) else { return nil }
        let index = LayerIndex(table)
        indices[layer] = index
        return index
    }

    /// The layers that a position sees, topmost first; those of a base image last.
    func view(_ here: Position) -> (steps: [String], base: [String]) {
        var steps: [String] = []
        var (next, limit) = (here.stage, here.limit)
        while graph.stages.indices.contains(next) {
            let stage = graph.stages[next]
            steps += stage.steps[..<min(limit ?? stage.steps.count, stage.steps.count)].reversed().compactMap(\.layer)
            guard case .stage(let base) = stage.base, base < next else {
                return (steps, searchesBases ? stage.baseLayers.reversed() : [])
            }
            (next, limit) = (base, nil)
        }
        return (steps, [])
    }

    /// What a position sees at its path, and in which layer.
    mutating func visible(_ here: Position) async -> (layer: String, entry: LayerTable.Entry)? {
        let (steps, base) = view(here)
        for layer in steps + base {
            guard let index = await layerIndex(of: layer) else { continue }
            if let entry = index[here.path] { return entry.kind == .whiteout ? nil : (layer, entry) }
            if index.hides(here.path) { return nil }
        }
        return nil
    }

    /// The SHA-256 of a file, computed once.
    mutating func digest(_ place: Place) async -> String? {
        if let known = digests[place] { return known }
        let digest = await layers.content(place.layer, place.path)?.digest()
        digests[place] = .some(digest)
        return digest
    }
}
