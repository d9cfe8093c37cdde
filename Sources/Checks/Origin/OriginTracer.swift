/// Follows paths of an image back through its build.
package struct OriginTracer {
    private let graph: BuildGraph
    private let lookup: (String, ImagePath) -> LayerTable.Kind?

    /// - Parameter lookup: what the layer of that id holds at a path; nil for nothing.
    package init(graph: BuildGraph, lookup: @escaping (_ layer: String, _ path: ImagePath) -> LayerTable.Kind?) {
        self.graph = graph
        self.lookup = lookup
    }

    /// The origin of `path` in the final image.
    package func origin(of path: ImagePath) -> Origin {
        trace(path, stage: graph.finalStage, upTo: nil)
    }

    /// The origin of what the layer `layer` holds at `path`, hidden by later layers or not.
    package func origin(of path: ImagePath, inLayer layer: String) -> Origin {
        for stage in graph.finalChain {
            guard let step = graph.stages[stage].steps.lastIndex(where: { $0.layer == layer }) else { continue }
            return trace(path, stage: stage, upTo: step + 1)
        }
        return Origin(end: .unknown)
    }

    private func trace(_ path: ImagePath, stage: Int, upTo: Int?) -> Origin {
        var origin = Origin(end: .unknown)
        var (path, stage, limit) = (path, stage, upTo)
        // A file can only come from an earlier stage or an earlier step, so this ends; the bound is for a damaged graph.
        for _ in 0...graph.stages.count {
            guard graph.stages.indices.contains(stage) else { return origin }
            let current = graph.stages[stage]
            guard let index = lastStep(holding: path, in: current, before: limit ?? current.steps.count) else {
                switch current.base {
                case .scratch: return origin
                case .image(let name):
                    origin.end = .base(current.baseName.isEmpty ? name : current.baseName)
                    return origin
                case .stage(let base):
                    guard base < stage else { return origin }
                    (stage, limit) = (base, nil)
                    continue
                }
            }
            let step = current.steps[index]
            origin.chain.append(
                Origin.Link(
                    stage: stage, stageName: current.name, line: step.line, text: step.text, path: path))
            let (source, isPartOfTree) = source(of: path, in: step)
            origin.chain[origin.chain.count - 1].isPartOfTree = isPartOfTree
            switch source {
            case nil:
                origin.end = step.kind == "RUN" ? .built : .unknown
                return origin
            case .stage(let next, let there)?:
                guard next < stage else { return origin }
                (path, stage, limit) = (there, next, nil)
            case .end(let end)?:
                origin.end = end
                return origin
            }
        }
        return origin
    }

    private func lastStep(holding path: ImagePath, in stage: BuildGraph.Stage, before limit: Int) -> Int? {
        stage.steps[..<min(limit, stage.steps.count)].lastIndex { step in
            guard let layer = step.layer, let kind = lookup(layer, path) else { return false }
            return kind != .whiteout && !kind.isDirectory
        }
    }

    private enum Next {
        case stage(Int, ImagePath)
        case end(Origin.End)
    }

    private func source(of path: ImagePath, in step: BuildGraph.Step) -> (Next?, isPartOfTree: Bool) {
        for source in step.sources.reversed() {
            let there: ImagePath
            if source.isTree, let rest = path.suffix(below: source.destination) {
                there = rest.isEmpty ? source.path : source.path.appending(rest)
            } else if source.destination == path {
                there = source.path
            } else {
                continue
            }
            return (next(source.from, there), source.isTree)
        }
        // A `RUN` that copies out of a mount: the file of the same name there is taken for the source.
        for mount in step.mounts {
            guard case .stage(let index) = mount.from, graph.stages.indices.contains(index) else { continue }
            let candidates = [mount.source.appending(path.name), mount.source.appending(Array(path.bytes.dropFirst()))]
            let steps = graph.stages[index].steps
            let found = candidates.first { lastStep(holding: $0, in: graph.stages[index], before: steps.count) != nil }
            if let found { return (.stage(index, found), false) }
            if lastStep(holding: mount.source, in: graph.stages[index], before: steps.count) != nil {
                return (.stage(index, mount.source), false)
            }
        }
        return (nil, false)
    }

    private func next(_ place: BuildGraph.Place, _ path: ImagePath) -> Next {
        switch place {
        case .stage(let index): .stage(index, path)
        case .context: .end(.context(path))
        case .image(let name): .end(.image(name))
        case .inline: .end(.inline)
        case .url: .end(.url)
        }
    }
}
