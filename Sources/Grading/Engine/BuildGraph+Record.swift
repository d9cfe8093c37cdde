package import Build
package import Checks
import Images

extension BuildGraph {
    /// The part of a build's record that verdicts depend on.
    package init(_ record: BuildRecord) {
        self.init(
            stages: record.stages.map(Stage.init), finalStage: record.finalStage,
            dockerfile: record.dockerfile.isEmpty ? "Dockerfile" : record.dockerfile)
    }
}

extension BuildGraph.Stage {
    init(_ record: StageRecord) {
        let base: BuildGraph.Base
        switch record.base {
        case .image(let reference, _): base = .image(reference)
        case .stage(let index): base = .stage(index)
        case .scratch: base = .scratch
        case .context(let name): base = .image(name)
        }
        self.init(
            name: record.name, base: base, baseName: record.baseName, isSkipped: record.skipped, line: record.line,
            steps: record.steps.map(BuildGraph.Step.init), baseLayers: record.baseSnapshots.map(\.description))
    }
}

extension BuildGraph.Step {
    init(_ record: StepRecord) {
        self.init(
            kind: record.kind, line: record.line, text: record.text, layer: record.snapshot?.description,
            isCached: record.cached,
            sources: record.sources.map { source in
                BuildGraph.Source(
                    from: BuildGraph.Place(source.from), path: ImagePath(source.path),
                    destination: ImagePath(source.destination), isTree: source.isDirectory || source.unpacked,
                    isArchive: source.unpacked)
            },
            mounts: record.mounts.map { mount in
                BuildGraph.Mount(
                    from: BuildGraph.Place(mount.from), source: ImagePath(mount.source),
                    target: ImagePath(mount.target))
            })
    }
}

extension BuildGraph.Place {
    init(_ origin: CopyOrigin) {
        switch origin {
        case .context, .namedContext: self = .context
        case .stage(let index): self = .stage(index)
        case .image(let name): self = .image(name)
        case .inline: self = .inline
        case .url, .git: self = .url
        }
    }
}
