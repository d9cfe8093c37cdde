extension OriginTracer {
    /// How a step came to hold a path.
    struct Cause {
        var relation: Origin.Relation
        var isPartOfTree = false
        var detail: String?
        var next: Next
    }

    enum Next {
        case position(Position)
        case end(Origin.End, ImagePath?)
    }

    /// - Parameter here: the path in the stage, before the step.
    mutating func cause(of here: Position, step: BuildGraph.Step) async -> Cause {
        if step.kind == "RUN" { return await causeOfRun(here, step) }
        if let cause = await source(of: here, step) { return cause }
        return Cause(relation: .made, next: .end(step.kind == "WORKDIR" ? .built : .unknown, nil))
    }

    // MARK: - COPY and ADD

    private mutating func source(of here: Position, _ step: BuildGraph.Step) async -> Cause? {
        for source in step.sources.reversed() {
            let there: ImagePath
            if source.isTree, let rest = here.path.suffix(below: source.destination) {
                there = rest.isEmpty || source.isArchive ? source.path : source.path.appending(rest)
            } else if source.destination == here.path {
                there = source.path
            } else {
                continue
            }
            var cause = Cause(
                relation: source.isArchive ? .unpacked : .copied, isPartOfTree: source.isTree,
                next: next(source.from, there))
            // Through a link on the way: what is there under the name is not what was taken.
            if case .position(let position) = cause.next, await visible(position) == nil,
                let found = await sameContent(as: here, step, in: view(position), below: source.path)
            {
                cause.next = .position(Position(path: found, stage: position.stage))
            }
            return cause
        }
        // The destination was reached through a link: the content tells.
        for source in step.sources.reversed() {
            switch source.from {
            case .stage(let index) where graph.stages.indices.contains(index):
                let there = Position(path: source.path, stage: index)
                if let found = await sameContent(as: here, step, in: view(there), below: source.path) {
                    return Cause(
                        relation: .copied, isPartOfTree: source.isTree,
                        next: .position(Position(path: found, stage: index)))
                }
            case .context:
                if let path = await contextFile(here, step) {
                    return Cause(
                        relation: .copied, isPartOfTree: source.isTree, next: .end(.context(ImagePath(path)), nil))
                }
            default: break
            }
        }
        guard step.sources.count == 1, let only = step.sources.first else { return nil }
        return Cause(
            relation: only.isArchive ? .unpacked : .copied, isPartOfTree: only.isTree, next: next(only.from, only.path))
    }

    private func next(_ place: BuildGraph.Place, _ path: ImagePath) -> Next {
        switch place {
        case .stage(let index): .position(Position(path: path, stage: index))
        case .context: .end(.context(path), nil)
        case .image(let name): .end(.image(name), path)
        case .inline: .end(.inline, nil)
        case .url: .end(.url, nil)
        }
    }

    // MARK: - RUN

    private mutating func causeOfRun(_ here: Position, _ step: BuildGraph.Step) async -> Cause {
        let made = Cause(relation: .made, next: .end(.built, nil))
        guard let layer = step.layer, let entry = await layerIndex(of: layer)?[here.path],
            entry.kind == .file || entry.kind == .hardlink
        else { return made }
        if let cause = await metadata(here, entry, Place(layer: layer, path: here.path)) { return cause }
        if let cause = await renamed(here, step) { return cause }
        if let cause = await derived(here, step, Place(layer: layer, path: here.path)) { return cause }
        return made
    }

    /// The same bytes were there before.
    private mutating func metadata(
        _ here: Position, _ entry: LayerTable.Entry, _ place: Place
    ) async -> Cause? {
        guard let (layer, old) = await visible(here), old.kind == .file || old.kind == .hardlink else { return nil }
        // Of two names of one file a listing gives the size once.
        guard old.size == entry.size || old.kind != entry.kind else { return nil }
        guard let now = await digest(place), now == (await digest(Place(layer: layer, path: here.path))) else {
            return nil
        }
        var changes: [String] = []
        if old.mode != entry.mode { changes.append("mode \(Self.octal(old.mode)) to \(Self.octal(entry.mode))") }
        if old.uid != entry.uid || old.gid != entry.gid {
            changes.append("owner \(old.uid):\(old.gid) to \(entry.uid):\(entry.gid)")
        }
        return Cause(
            relation: .metadata, detail: changes.isEmpty ? nil : changes.joined(separator: ", "),
            next: .position(here))
    }

    private static func octal(_ mode: UInt16) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The same bytes were somewhere else, where the `RUN` could see them.
    private mutating func renamed(_ here: Position, _ step: BuildGraph.Step) async -> Cause? {
        if let found = await sameContent(as: here, step, in: view(here), below: .root) {
            return Cause(
                relation: .renamed, next: .position(Position(path: found, stage: here.stage, limit: here.limit)))
        }
        for mount in step.mounts {
            switch mount.from {
            case .stage(let index) where graph.stages.indices.contains(index):
                let there = Position(path: mount.source, stage: index)
                if let found = await sameContent(as: here, step, in: view(there), below: mount.source) {
                    return Cause(relation: .renamed, next: .position(Position(path: found, stage: index)))
                }
            case .context:
                if let path = await contextFile(here, step) {
                    return Cause(relation: .renamed, next: .end(.context(ImagePath(path)), nil))
                }
            default: break
            }
        }
        return nil
    }

    /// Other bytes that were made out of a program by `strip` and its kin.
    private mutating func derived(_ here: Position, _ step: BuildGraph.Step, _ place: Place) async -> Cause? {
        guard let program = await layers.content(place.layer, place.path)?.elf else {
            return await named(here, step, buildID: nil)
        }
        if let found = await relative(of: program, here, in: view(here).steps, below: .root) {
            return Cause(
                relation: .derived, next: .position(Position(path: found, stage: here.stage, limit: here.limit)))
        }
        for mount in step.mounts {
            guard case .stage(let index) = mount.from, graph.stages.indices.contains(index) else { continue }
            let there = Position(path: mount.source.appending(here.path.name), stage: index)
            if let found = await relative(of: program, there, in: view(there).steps, below: mount.source) {
                return Cause(relation: .derived, next: .position(Position(path: found, stage: index)))
            }
        }
        return await named(here, step, buildID: program.buildID)
    }

    /// A `RUN` that read a mount: the file of the same name there is taken for the source, unless both say that they are
    /// of different builds.
    private mutating func named(_ here: Position, _ step: BuildGraph.Step, buildID: [UInt8]?) async -> Cause? {
        for mount in step.mounts {
            guard case .stage(let index) = mount.from, graph.stages.indices.contains(index) else { continue }
            let paths = [
                mount.source.appending(here.path.name), mount.source.appending(Array(here.path.bytes.dropFirst())),
                mount.source,
            ]
            for path in paths {
                let there = Position(path: path, stage: index)
                guard let (layer, entry) = await visible(there), !entry.kind.isDirectory else { continue }
                if let buildID, let other = await layers.content(layer, path)?.elf?.buildID, other != buildID {
                    continue
                }
                return Cause(relation: .derived, next: .position(there))
            }
        }
        return nil
    }
}
