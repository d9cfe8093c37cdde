package import Build
package import Checks
import Diagnostics
import FoundationEssentials
package import Images
import Lessons
import Linux
import OCI
package import Sandbox
import SystemPackage

/// The engine behind examinations: the builder, the store and the sandbox.
package struct StoreEngine: ExaminationEngine {
    private let store: Store
    private let sandbox: Sandbox
    private let builder: Builder
    private let images: @Sendable (String) async throws(ImageError) -> StoredImage
    private let events: @Sendable (BuildEvent) -> Void
    private let storeLimit: Int64?

    /// - Parameters:
    ///   - storeLimit: bytes that the store may have between examinations; nil for no limit.
    ///   - images: the lesson's image of a name, made or pulled when it is not there.
    ///   - events: what builds have to tell, from several threads.
    package init(
        store: Store, sandbox: Sandbox, builder: Builder,
        images: @escaping @Sendable (String) async throws(ImageError) -> StoredImage,
        storeLimit: Int64? = nil, events: @escaping @Sendable (BuildEvent) -> Void = { _ in }
    ) {
        self.store = store
        self.sandbox = sandbox
        self.builder = builder
        self.images = images
        self.events = events
        self.storeLimit = storeLimit
    }

    package func lease() -> any Sendable { store.lease() }

    package func tidy() async {
        guard let storeLimit else { return }
        // What cannot be removed now is removed later; the examination is done either way.
        _ = try? await store.shrink(to: storeLimit, isOver: false)
    }

    // MARK: - Building

    package func build(_ order: BuildOrder) async -> BuildReply {
        var request = BuildRequest(
            dockerfile: order.dockerfile, dockerfileName: order.dockerfileName, context: order.context)
        request.ignoreFile = order.ignoreFile
        request.network = order.network == .isolated ? .isolated : .none
        request.substitutions = order.substitutions
        request.cacheMountScope = order.scope
        request.limits = BuildLimits(order.limits)
        do throws(BuildFailure) {
            return try reply(await builder.build(request, events: events))
        } catch {
            return reply(error)
        }
    }

    private func reply(_ result: BuildResult) -> BuildReply {
        do throws(Ungradable) {
            let graph = BuildGraph(result.record)
            return .built(
                BuildReply.Built(
                    image: try engineImage(result.image), graph: graph, contextFiles: result.record.contextFiles,
                    seconds: result.seconds, cachedSteps: result.cachedSteps, totalSteps: result.totalSteps,
                    lint: result.warnings.map {
                        LintObservation(rule: $0.id, message: $0.message, hint: $0.hint, line: $0.range?.start.line)
                    }))
        } catch {
            return .impossible(error)
        }
    }

    private func reply(_ failure: BuildFailure) -> BuildReply {
        let diagnostic = failure.diagnostic
        switch failure.kind {
        case .learner:
            return .failed(BuildObservation.Failure(failure), BuildGraph(failure.record))
        case .environment:
            let isBase = ["base-image-missing", "registry-unreachable"].contains(diagnostic.id)
            return .impossible(
                Ungradable(
                    isBase ? .baseNotOffered : .fault, message: diagnostic.message, remedy: diagnostic.hint,
                    file: diagnostic.file, line: failure.lines?.lowerBound))
        case .cancelled:
            return .impossible(Ungradable(.fault, message: "the build was stopped", remedy: "grade it again"))
        }
    }

    // MARK: - Images and layers

    package func image(named name: String) async throws(Ungradable) -> EngineImage {
        let image: StoredImage
        do throws(ImageError) {
            image = try await images(name)
        } catch {
            throw Ungradable(.baseNotOffered, message: error.message, remedy: error.hint)
        }
        return try engineImage(image)
    }

    package func isHere(_ name: String) async -> Bool {
        guard let reference = try? Reference(parsing: name) else { return false }
        return ((try? store.image(named: reference)) ?? nil) != nil
    }

    private func engineImage(_ image: StoredImage) throws(Ungradable) -> EngineImage {
        var layers: [(id: String, bytes: Int64)] = []
        do throws(ImageError) {
            for layer in image.layers { layers.append((layer.description, try store.tarBytes(of: layer))) }
        } catch {
            throw Ungradable(.fault, message: error.message, remedy: error.hint)
        }
        return EngineImage(
            key: image.key.short, layers: layers, config: ConfigObservation(image.configuration), stored: image)
    }

    package func layer(_ id: String) async throws(Ungradable) -> LayerTable {
        try table(id) { snapshot throws(ImageError) in try store.listing(of: snapshot) }
    }

    package func history(ofLayer id: String) async throws(Ungradable) -> LayerTable {
        try table(id) { snapshot throws(ImageError) in try store.recordedListing(of: snapshot) }
    }

    private func table(
        _ id: String, _ listing: (SnapshotID) throws(ImageError) -> LayerListing
    ) throws(Ungradable) -> LayerTable {
        guard let snapshot = SnapshotID(id) else { throw Ungradable(.fault, message: "no such layer") }
        do throws(ImageError) {
            return LayerTable(id: id, listing: try listing(snapshot))
        } catch {
            throw Ungradable(.fault, message: error.message, remedy: error.hint)
        }
    }

    package func file(_ path: ImagePath, inLayer id: String) async -> LayerContent? {
        guard let snapshot = SnapshotID(id), let root = try? RootedDirectory(at: store.directory(of: snapshot)),
            let (file, status) = try? root.openRegularFile(FilePath(bytes: path.bytes), followingLast: false),
            store.isUntouched(since: status.changed.seconds, in: snapshot)
        else { return nil }
        return LayerContent(size: UInt64(max(0, status.size))) { offset, count in
            guard count > 0, offset <= UInt64(Int64.max) else { return [] }
            return [UInt8](unsafeUninitializedCapacity: min(count, 1 << 20)) { buffer, filled in
                filled =
                    (try? file.descriptor.read(
                        fromAbsoluteOffset: Int64(offset), into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
            }
        }
    }

    // MARK: - Running

    package func run(_ image: EngineImage, _ order: RunOrder) async -> RunObservation {
        var observation = RunObservation(
            arguments: order.arguments, standardInput: order.standardInput, command: image.config.arguments,
            ending: .noCommand, seconds: order.limits.runSeconds, outputLimit: order.limits.runOutput)
        guard let stored = image.stored else {
            observation.ending = .fault("the image is not in the store")
            return observation
        }
        observation.command =
            order.program.map { [$0] + order.arguments }
            ?? (order.arguments.isEmpty ? image.config.arguments : image.config.entrypoint + order.arguments)
        guard !observation.command.isEmpty else { return observation }
        let key = Self.key(stored, order)
        if let cached = (try? store.cachedStep(key)) ?? nil,
            let known = try? JSONDecoder().decode(RunObservation.self, from: Data(cached.extra))
        {
            return known
        }
        await run(stored, order, &observation)
        if Self.isWorthKeeping(observation.ending), let data = try? JSONEncoder().encode(observation) {
            try? store.recordStep(key, CachedStep(snapshot: nil, extra: Array(data)))
        }
        return observation
    }

    private func run(_ image: StoredImage, _ order: RunOrder, _ observation: inout RunObservation) async {
        do {
            var layers = image.layers
            if layers.isEmpty { layers = [try await store.emptySnapshot()] }
            try store.verify(layers)
            let pending = try store.begin(over: layers)
            defer { store.discard(pending) }
            let config = image.configuration.config
            var spec = SandboxSpec(
                layers: layers.map { store.directory(of: $0) }, upper: pending.upper, work: pending.work,
                arguments: observation.command, environment: config.environment + order.environment)
            spec.workingDirectory = config.workingDirectory.isEmpty ? "/" : config.workingDirectory
            spec.user = try user(config.user, layers: spec.layers)
            spec.network = .none
            spec.limits = Self.limits(order.limits)
            if let text = order.standardInput { spec.standardInput = .bytes(Array(text.utf8)) }
            let output = RunOutput(limit: Int(min(order.limits.runOutput, 16 << 20)))
            let outcome = try await sandbox.run(spec) { stream, bytes in output.append(bytes, to: stream) }
            (observation.standardOutput, observation.standardError) = output.collected
            observation.ending = Self.ending(outcome.ending)
        } catch let error as SandboxError {
            observation.ending = error.isLearners ? .notStarted(error.message) : .fault(error.message)
        } catch {
            observation.ending = .fault("\(error)")
        }
    }

    private func user(_ name: String, layers: [FilePath]) throws -> SandboxUser {
        guard !name.isEmpty, name != "root" else { return .root }
        let point = sandbox.context.scratch.appending("accounts-\(UInt64.random(in: .min ... .max))")
        let scratch = try RootedDirectory(at: sandbox.context.scratch)
        let last = FilePath(point.lastComponent?.string ?? "accounts")
        try scratch.makeDirectory(last)
        defer { try? scratch.remove(last) }
        let view = try sandbox.context.layering.view(layers, at: point)
        defer { view.unmount() }
        return try AccountDatabase(root: view.root).resolve(name)
    }

    private static func limits(_ limits: ExaminationLimits) -> ResourceLimits {
        var out = ResourceLimits.defaults
        out.wall = .seconds(limits.runSeconds)
        out.memory = limits.memory
        out.processes = limits.processes
        out.writtenBytes = min(limits.disk, 256 << 20)
        out.outputBytes = limits.runOutput
        return out
    }

    private static func ending(_ ending: SandboxOutcome.Ending) -> RunObservation.Ending {
        switch ending {
        case .exited(let status): .exited(status)
        case .signalled(let signal): .signalled(signal)
        case .stopped(let limit):
            switch limit.kind {
            case .wall: .tooLong
            case .outputBytes: .tooMuchOutput
            default: .limit("stopped: \(limit.words)")
            }
        }
    }

    /// What a program did by itself is the same the next time; what ran into the clock, or into us, may not be.
    private static func isWorthKeeping(_ ending: RunObservation.Ending) -> Bool {
        switch ending {
        case .exited, .signalled, .noCommand: true
        default: false
        }
    }

    private static func key(_ image: StoredImage, _ order: RunOrder) -> Digest {
        var hasher = SHA256Hasher()
        hasher.update("run 1\n\(image.key)\n")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        hasher.update(Array((try? encoder.encode(order)) ?? Data()))
        return hasher.finalize()
    }
}
