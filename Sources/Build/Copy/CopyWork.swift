import Dockerfile
import Images
import Linux
import SystemPackage

/// A `COPY` or `ADD` of which everything is known, to be written into a layer.
struct CopyWork: Sendable {
    let request: CopyRequest
    var plan: CopyPlan
    let origin: CopyOrigin
    /// Absolute, with the slash at its end that says "a directory".
    let destination: String
    let mode: ModeChange?
    /// What the layer is laid on; none for `--link`.
    let layers: [FilePath]
    let root: SourceRoot?
    let place: String
    let command: Command?

    /// Writes the layer.
    /// - Returns: Where each source went.
    func write(_ pending: PendingSnapshot, job: BuildJob) async throws(BuildFailure) -> [CopySource] {
        let point: FilePath
        do {
            point = try await job.views.place()
        } catch {
            throw .system(error, what: "cannot copy")
        }
        let trees = try await checkouts(job)
        do throws(CopyError) {
            return try await Blocking.run { () throws(CopyError) -> [CopySource] in
                try self.write(pending, at: point, trees: trees, job: job)
            }
        } catch {
            throw failure(error, job)
        }
    }

    /// Why the copy did not come about, in words.
    func failure(_ error: CopyError, _ job: BuildJob) -> BuildFailure {
        CopyFailure(
            error: error, file: job.file, command: command, place: place, root: root, sources: request.sources,
            contextPath: job.request.context?.string
        ).failure
    }

    /// Fetches the commits among the sources, by their place in the plan.
    private func checkouts(_ job: BuildJob) async throws(BuildFailure) -> [Int: FilePath] {
        var trees: [Int: FilePath] = [:]
        for (index, item) in plan.items.enumerated() {
            guard case .repository(let checkout) = item else { continue }
            do throws(BuildFailure) {
                trees[index] = try await checkout.repository.fetch(
                    checkout.commit, keepsGitDirectory: checkout.keepsGitDirectory)
            } catch {
                guard let command else { throw error }
                throw error.placed(file: job.file, range: command.range(of: checkout.url))
            }
        }
        return trees
    }

    private func write(
        _ pending: PendingSnapshot, at point: FilePath, trees: [Int: FilePath], job: BuildJob
    ) throws(CopyError) -> [CopySource] {
        let target: RootedDirectory
        let mount: LayerTree?
        do {
            (target, mount) = try StageRunner.merged(pending, over: layers, at: point, job: job)
        } catch {
            throw .system(error)
        }
        defer { mount?.unmount() }
        var copier = FileCopier(target: target, ownership: job.ownership)
        copier.mode = mode
        if let octal = request.chmod.flatMap({ UInt32($0, radix: 8) }) { copier.directoryMode = octal }
        if let chown = request.chown {
            let (owner, unknown) = Chown(chown).resolve(in: target)
            copier.owner = owner
            for name in unknown {
                job.warn(
                    "unknown-owner", "the image knows no user or group named \(name): the files are root's",
                    hint: "add it with RUN adduser before this line, or use a number", range: command?.range(of: chown))
            }
        }
        if let root, let path = try fillNew(root, &copier, mount, in: pending, job: job) { return [path] }
        var sources: [CopySource] = []
        for (index, item) in plan.items.enumerated() {
            switch item {
            case .match(let match):
                guard let root else { continue }
                let path = try copier.copy(match, from: root.directory, to: destination)
                sources.append(
                    CopySource(
                        from: origin, path: match.path.string, destination: path.string,
                        isDirectory: match.isDirectory))
            case .archive(let match):
                guard let root else { continue }
                let path = try ArchiveAddition.unpack(
                    match, from: root, into: target, at: destination, copier: &copier, job: job)
                var source = CopySource(
                    from: origin, path: match.path.string, destination: path.string, isDirectory: false)
                source.unpacked = true
                sources.append(source)
            case .download(let file):
                sources.append(try RemoteSource.write(file, with: &copier, to: destination, request: request, job: job))
            case .repository(let checkout):
                guard let tree = trees[index] else { continue }
                sources.append(
                    try RemoteSource.write(
                        checkout, in: tree, with: &copier, to: destination, request: request, job: job))
            }
        }
        for inline in request.inlineSources {
            let path = try copier.write(inline.content, name: inline.name, to: destination)
            sources.append(
                CopySource(from: .inline, path: inline.name, destination: path.string, isDirectory: false))
        }
        do throws(LinuxError) {
            try mount?.finish()
        } catch {
            throw .system(error)
        }
        return sources
    }

    /// Copies a directory to where there is nothing yet, the usual `COPY src /src`: all of it is the layer's own, so it is
    /// written into the layer itself, at half the price of writing through overlayfs.
    /// - Returns: Where it went; nil when this is another case, with nothing written but directories.
    private func fillNew(
        _ root: SourceRoot, _ copier: inout FileCopier, _ mount: LayerTree?, in pending: PendingSnapshot,
        job: BuildJob
    ) throws(CopyError) -> CopySource? {
        guard let mount, plan.items.count == 1, request.inlineSources.isEmpty,
            case .match(let match)? = plan.items.first,
            match.isDirectory, match.entries.count > 1
        else { return nil }
        let made = copier.madeDirectories.count
        let top = try copier.place(destination, name: match.name.lastComponent, isDirectory: true)
        // It was made now, so no layer below has anything there.
        let relative = FilePath(".").appending(top.components)
        guard copier.madeDirectories.dropFirst(made).contains(relative) else { return nil }
        do throws(LinuxError) {
            // What was made so far is in the layer then.
            try mount.finish()
            var direct = FileCopier(target: try RootedDirectory(at: pending.upper), ownership: job.ownership)
            direct.owner = copier.owner
            direct.mode = copier.mode
            direct.directoryMode = copier.directoryMode
            copier = direct
        } catch {
            throw .system(error)
        }
        try copier.fill(top, with: match, from: root.directory)
        return CopySource(from: origin, path: match.path.string, destination: top.string, isDirectory: true)
    }
}
