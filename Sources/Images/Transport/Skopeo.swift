import Glibc
import Linux
package import OCI
package import SystemPackage

/// Registries, with their logins, mirrors and proxies, through skopeo. What goes between is an OCI layout on disk.
package struct Skopeo: Sendable {
    let store: Store
    let executable: String
    /// Where logins are kept; nil leaves it to skopeo (`REGISTRY_AUTH_FILE`, `DOCKER_CONFIG`).
    let credentials: FilePath?
    /// Whether registries without TLS are talked to: for tests and rooms with a registry of their own.
    let insecure: Bool
    /// How much an image may hold, and be as an archive.
    let limits: ArchiveLimits
    /// What skopeo gets as its environment: the proxies are there.
    let environment: [String]

    package init(
        store: Store, executable: String = "skopeo", credentials: FilePath? = nil, insecure: Bool = false,
        limits: ArchiveLimits = ArchiveLimits(), environment: [String] = ChildProcess.Command.hostEnvironment
    ) {
        self.store = store
        self.executable = executable
        self.credentials = credentials
        self.insecure = insecure
        self.limits = limits
        self.environment = environment
    }

    /// Pulls an image into the store under its name.
    ///
    /// - Throws: `.unreachable`, `.noSuchImage`, `.unauthorized`, `.missingTool`, or what loading throws.
    package func pull(
        _ reference: Reference, platform: Platform = .host, deadline: Duration = .seconds(1800),
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(ImageError) -> LoadedImage {
        let reference = reference.withDefaultTag
        let folder = try store.ownPendingFolder().appending(SnapshotID.random().description)
        defer { try? store.removeTree(folder) }
        progress("pulling \(reference.familiar)")
        var arguments = [
            "copy", "--quiet", "--override-os", platform.os, "--override-arch", platform.architecture,
        ]
        if let variant = platform.variant { arguments += ["--override-variant", variant] }
        arguments += credentialArguments("--authfile") + (isPlain(reference) ? ["--src-tls-verify=false"] : [])
        try await run(
            arguments + ["docker://" + Self.remoteName(reference), "dir:\(folder)"], about: reference, deadline,
            into: folder)
        try Self.arrange(folder)
        progress("storing \(reference.familiar)")
        let loaded = try await store.load(
            .directory(folder), as: [reference], platform: platform, origin: .pulled, limits: limits)
        guard var pulled = loaded.first else { throw ImageError(.noSuchImage, "\(reference) holds no image") }
        let digest = reference.digest ?? pulled.manifestDigest
        if let digest {
            pulled.image.repositoryDigests = ["\(reference.canonicalName)@\(digest)"]
            try await store.put(pulled.image, references: pulled.references)
        }
        return pulled
    }

    /// Pushes an image, with compressed layers, and returns the digest of its manifest there.
    package func push(
        _ image: StoredImage, to reference: Reference, deadline: Duration = .seconds(1800),
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(ImageError) -> Pushed {
        let reference = reference.withDefaultTag
        let own = try store.ownPendingFolder()
        let folder = own.appending(SnapshotID.random().description)
        let digestFile = own.appending(SnapshotID.random().description)
        defer {
            try? store.removeTree(folder)
            unlink(digestFile.string)
        }
        progress("packing \(reference.familiar)")
        try await store.save(
            [ImageToSave(image, references: [reference])], to: .directory(folder), compression: .gzip)
        progress("pushing \(reference.familiar)")
        let arguments =
            ["copy", "--quiet", "--digestfile", digestFile.string] + credentialArguments("--authfile")
            + (isPlain(reference) ? ["--dest-tls-verify=false"] : [])
        try await run(
            arguments + ["oci:\(folder):\(reference.tag ?? "latest")", "docker://" + Self.remoteName(reference)],
            about: reference, deadline)
        let sink = MemorySink()
        try DescriptorSource(file: digestFile).copy(into: sink)
        guard let digest = Digest(String(decoding: sink.bytes.prefix { $0 > 32 }, as: UTF8.self)) else {
            throw ImageError(.toolFailed, "skopeo did not say what it pushed for \(reference.familiar)")
        }
        let manifest = try? ImageFiles(directory: folder).blob(digest)
        return Pushed(digest: digest, size: Int64(manifest?.count ?? 0))
    }

    /// A manifest in a registry.
    package struct Pushed: Hashable, Sendable {
        package var digest: Digest
        /// Bytes of the manifest; 0 when the registry's differs from ours.
        package var size: Int64
    }

    /// Loads an image of a running daemon (`docker-daemon:name:tag`), of a registry, whatever is here under that name
    /// (`docker://name`), or of whatever else skopeo reads.
    /// - Parameter naming: false gives it no name.
    package func copy(
        from source: String, as references: [Reference]?, naming: Bool = true, deadline: Duration = .seconds(1800)
    ) async throws(ImageError) -> [LoadedImage] {
        let remote = try Self.registryName(source)
        guard remote != nil || Self.hasTransport(source) else {
            throw ImageError(.unsupported, "\(source) does not say by which transport")
        }
        let folder = try store.ownPendingFolder().appending(SnapshotID.random().description)
        defer { try? store.removeTree(folder) }
        var arguments = ["copy", "--quiet"] + Self.daemon("--src-daemon-host", source)
        if let remote {
            arguments += credentialArguments("--authfile") + (isPlain(remote) ? ["--src-tls-verify=false"] : [])
            arguments.append("docker://" + Self.remoteName(remote))
        } else {
            arguments.append(Self.tagged(source))
        }
        try await run(arguments + ["dir:\(folder)"], about: remote, source: source, deadline, into: folder)
        try Self.arrange(folder)
        return try await store.load(.directory(folder), as: references, naming: naming, limits: limits)
    }

    /// Makes an OCI layout of what skopeo wrote as `dir:`, the one form in which it leaves manifest and configuration as they
    /// are: into a layout it would translate Docker's, and the image would have another id and digest.
    private static func arrange(_ folder: FilePath) throws(ImageError) {
        do throws(LinuxError) {
            let root = try RootedDirectory(at: folder)
            let manifest = try root.readFile("manifest.json", limit: Int(ImageFiles.documentLimit))
            try root.makeDirectories("blobs/sha256")
            for entry in try root.entries() where Digest(hex: entry.name.string) != nil {
                try root.rename(FilePath(root: nil, [entry.name]), to: FilePath("blobs/sha256").appending(entry.name))
            }
            let type = (try? JSON(parsing: manifest))?["mediaType"]?.string ?? MediaType.manifest
            let digest = Digest.sha256(of: manifest)
            try root.writeFile(FilePath(ImageFiles.path(digest)), manifest)
            try root.remove("manifest.json")
            let index = Index(manifests: [Descriptor(mediaType: type, digest: digest, size: Int64(manifest.count))])
            try root.writeFile("index.json", index.json.encoded)
            try root.writeFile("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        } catch {
            throw ImageError(error)
        }
    }

    /// Hands an image to a running daemon, or to whatever else skopeo writes (`docker-daemon:name:tag`).
    package func copy(
        _ image: StoredImage, to destination: String, deadline: Duration = .seconds(1800)
    ) async throws(ImageError) {
        guard Self.hasTransport(destination) else {
            throw ImageError(.unsupported, "\(destination) does not say by which transport")
        }
        let folder = try store.ownPendingFolder().appending(SnapshotID.random().description)
        defer { try? store.removeTree(folder) }
        try await store.save(
            [ImageToSave(image, references: [])], to: .directory(folder), compression: .none)
        try await run(
            ["copy", "--quiet"] + Self.daemon("--dest-daemon-host", destination) + ["oci:\(folder)", destination],
            about: nil, source: destination, deadline)
    }

    /// Whether a text names an image by one of skopeo's transports that are no registry.
    package static func hasTransport(_ text: String) -> Bool {
        ["docker-daemon:", "docker-archive:", "oci-archive:", "oci:", "dir:", "containers-storage:"].contains {
            text.hasPrefix($0)
        }
    }

    /// The name in `docker://NAME`; nil for what is no such thing.
    private static func registryName(_ source: String) throws(ImageError) -> Reference? {
        guard source.hasPrefix("docker://") else { return nil }
        do throws(ReferenceError) {
            return try Reference(parsing: String(source.dropFirst("docker://".utf8.count))).withDefaultTag
        } catch {
            throw ImageError(.notAvailable, "\(error)", hint: "as in docker://example.org/you/image:tag")
        }
    }

    /// A daemon's image with the tag that everybody leaves away; skopeo wants one.
    private static func tagged(_ source: String) -> String {
        let transport = "docker-daemon:"
        guard source.hasPrefix(transport),
            let name = try? Reference(parsing: String(source.dropFirst(transport.utf8.count))),
            name.tag == nil, name.digest == nil
        else { return source }
        return "\(source):latest"
    }

    /// The daemon that `DOCKER_HOST` names, which skopeo does not ask for itself.
    private static func daemon(_ flag: String, _ place: String) -> [String] {
        guard place.hasPrefix("docker-daemon:"), let host = getenv("DOCKER_HOST").map({ String(cString: $0) }),
            !host.isEmpty
        else { return [] }
        return [flag, host]
    }

    /// Logs in to a registry. The password goes through a pipe, never through arguments.
    package func login(registry: String, user: String, password: [UInt8]) async throws(ImageError) {
        guard Reference.isHost(registry), !user.hasPrefix("-") else {
            throw ImageError(.unsupported, "\(registry) is not the name of a registry")
        }
        try await run(
            ["login", "--username", user, "--password-stdin"] + credentialArguments("--authfile")
                + (insecure || Self.isLoopback(registry) ? ["--tls-verify=false"] : []) + [registry],
            about: nil, .seconds(120), input: password)
    }

    /// Forgets a login.
    package func logout(registry: String) async throws(ImageError) {
        guard Reference.isHost(registry) else {
            throw ImageError(.unsupported, "\(registry) is not the name of a registry")
        }
        try await run(["logout"] + credentialArguments("--authfile") + [registry], about: nil, .seconds(60))
    }

    // MARK: - running it

    /// Whether a registry need not speak TLS: those of this machine, as Docker has it.
    private func isPlain(_ reference: Reference) -> Bool { insecure || Self.isLoopback(reference.registry) }

    static func isLoopback(_ registry: String) -> Bool {
        let host = registry.hasPrefix("[") ? registry.prefix { $0 != "]" }.dropFirst() : registry.prefix { $0 != ":" }
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts.allSatisfy { $0 != nil } && parts[0] == 127
    }

    /// A digest says more than a tag, and skopeo takes only one of them.
    private static func remoteName(_ reference: Reference) -> String {
        var remote = reference
        if remote.digest != nil { remote.tag = nil }
        return remote.canonical
    }

    private func credentialArguments(_ flag: String) -> [String] { credentials.map { [flag, $0.string] } ?? [] }

    private func run(
        _ arguments: [String], about reference: Reference?, source: String? = nil, _ deadline: Duration,
        input: [UInt8] = [], into folder: FilePath? = nil
    ) async throws(ImageError) {
        var global: [String] = []
        // Without a policy file skopeo refuses everything; Debian's package brings none that is enough everywhere.
        if access("/etc/containers/policy.json", R_OK) != 0 { global = ["--insecure-policy"] }
        // skopeo itself does not look at the variable that its kin have for it.
        if let path = getenv("CONTAINERS_REGISTRIES_CONF").map({ String(cString: $0) }), !path.isEmpty {
            global += ["--registries-conf", path]
        }
        let command = ChildProcess.Command(
            executable, global + arguments, environment: environment + Self.identity(map: Self.ownMap))
        let watch = folder.map { DownloadWatch($0, most: limits.bytes) }
        let result = await Self.run(command, input, deadline, watch)
        let completion: ChildProcess.Completion
        switch result {
        case .success(let finished): completion = finished
        case .failure(let error) where error.errno == .noSuchFileOrDirectory:
            throw ImageError(
                .missingTool, "skopeo is not installed here, which talks to registries",
                hint: "install it: apt-get install skopeo")
        case .failure(let error): throw ImageError(error)
        case nil:
            if Task.isCancelled { throw ImageError(.cancelled, "stopped while skopeo ran") }
            throw ImageError(
                .tooLarge,
                "stopped: \(reference?.familiar ?? source ?? "the image") is more than \((watch?.limit ?? 0) >> 20) MiB packed",
                hint: "an image may take half of the room that is free on the disk, and never more than "
                    + "\(limits.bytes >> 20) MiB")
        }
        switch completion.ending {
        case .exited(0): return
        case .timedOut:
            throw ImageError(.unreachable, "the registry of \(reference?.familiar ?? "the image") took too long")
        case .signalled: throw ImageError(.cancelled, "stopped while skopeo ran")
        default:
            throw Self.failure(String(decoding: completion.standardError, as: UTF8.self), reference, source: source)
        }
    }

    /// How skopeo learns that root here is a user: else it looks for signatures and caches where only the host's root may.
    ///
    /// - Parameter map: of ids, as the kernel tells it.
    static func identity(map: String) -> [String] {
        let numbers = map.split { $0.isWhitespace }.prefix(3).compactMap { UInt32($0) }
        guard numbers.count == 3, numbers[0] == 0, numbers[1] != 0 else { return [] }
        return ["_CONTAINERS_ROOTLESS_UID=\(numbers[1])"]
    }

    private static var ownMap: String {
        let bytes = try? RootedDirectory(at: "/proc/self").readFile("uid_map", limit: 65536)
        return String(decoding: bytes ?? [], as: UTF8.self)
    }

    /// Runs a program under a watch; nil when it was ended for writing too much.
    private static func run(
        _ command: ChildProcess.Command, _ input: [UInt8], _ deadline: Duration, _ watch: DownloadWatch?
    ) async -> Result<ChildProcess.Completion, LinuxError>? {
        await withTaskGroup(of: Result<ChildProcess.Completion, LinuxError>?.self) { group in
            group.addTask {
                do throws(LinuxError) {
                    return .success(
                        try await ChildProcess.run(command, input: input, deadline: deadline, outputLimit: 16 << 20))
                } catch {
                    return .failure(error)
                }
            }
            if let watch {
                group.addTask {
                    await watch.excess()
                    return nil
                }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
