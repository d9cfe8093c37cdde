extension OriginTracer {
    /// Below this many bytes equal content proves nothing by itself: `y` and a line end are everywhere.
    private static let telling: UInt64 = 32
    /// More programs than this are not compared.
    private static let maximumPrograms = 300

    /// The context file whose bytes a file has.
    mutating func contextFile(_ here: Position, _ step: BuildGraph.Step) async -> String? {
        guard !contextFiles.isEmpty, let layer = step.layer,
            let digest = await digest(Place(layer: layer, path: here.path))
        else { return nil }
        let paths = contextFiles[digest] ?? []
        return paths.first { ImagePath($0).name == here.path.name } ?? paths.first
    }

    /// The path of a file that a view shows below a directory and that has the same bytes; of several the likeliest:
    /// one that the step took away, one of the same name, one that the step names.
    /// - Parameters:
    ///   - here: the file, as the step's layer holds it.
    ///   - view: layers, topmost first.
    mutating func sameContent(
        as here: Position, _ step: BuildGraph.Step, in view: (steps: [String], base: [String]),
        below directory: ImagePath
    ) async -> ImagePath? {
        let candidates = view.steps + view.base
        guard !candidates.isEmpty, let layer = step.layer, let content = await layers.content(layer, here.path),
            content.size > 0
        else { return nil }
        let own = await layerIndex(of: layer)
        var best: (rank: Int, path: ImagePath)?
        var hidden: [LayerIndex] = []
        for candidate in candidates {
            guard let index = await layerIndex(of: candidate) else { continue }
            for path in index.files(ofSize: Int64(clamping: content.size))
            where path == directory || path.isBelow(directory) {
                if path == here.path, candidate == layer { continue }
                // Only what no higher layer takes away or replaces can be read.
                if hidden.contains(where: { $0[path] != nil || $0.hides(path) }) { continue }
                let isGone = own?.hides(path) ?? false
                let isNamed = step.text.contains(path.string) || step.text.contains(Self.text(path.name))
                guard content.size >= Self.telling || isGone || isNamed else { continue }
                let rank = (isGone ? 0 : 4) + (path.name == here.path.name ? 0 : 2) + (isNamed ? 0 : 1)
                if let best, (best.rank, best.path) <= (rank, path) { continue }
                guard let digest = await digest(Place(layer: layer, path: here.path)),
                    digest == (await self.digest(Place(layer: candidate, path: path)))
                else { continue }
                best = (rank, path)
            }
            hidden.append(index)
        }
        return best?.path
    }

    /// The path of a program that is of the same build: the same build id, or, where neither has one, the same path and
    /// the same facts with the symbols gone.
    mutating func relative(
        of program: (summary: ELFSummary, buildID: [UInt8]?), _ here: Position, in view: [String],
        below directory: ImagePath
    ) async -> ImagePath? {
        var left = Self.maximumPrograms
        var hidden: [LayerIndex] = []
        for layer in view {
            guard let index = await layerIndex(of: layer) else { continue }
            let programs = index.programs.filter { $0.path == directory || $0.path.isBelow(directory) }
            // What had the name before is looked at first.
            for entry in programs.filter({ $0.path == here.path }) + programs.filter({ $0.path != here.path }) {
                guard left > 0 else { return nil }
                if hidden.contains(where: { $0[entry.path] != nil || $0.hides(entry.path) }) { continue }
                left -= 1
                guard let other = await layers.content(layer, entry.path)?.elf else { continue }
                if let id = program.buildID ?? other.buildID {
                    if id == program.buildID, id == other.buildID { return entry.path }
                    continue
                }
                var stripped = other.summary
                stripped.isStripped = true
                if entry.path == here.path, program.summary.isStripped, stripped == program.summary {
                    return entry.path
                }
            }
            hidden.append(index)
        }
        return nil
    }

    private static func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }
}
