import Build
import Images
import OCI
import Synchronization

/// A build of which every step is in the cache: nothing is run, so it needs no sandbox and no namespaces.
///
/// Files of the context are hashed here as they are inside; what changed is found, and then the build starts anew inside.
struct CachedBuild {
    let arguments: BuildArguments
    let limits: LimitOptions

    /// More of a context than this would be hashed twice for nothing, should a step not be in the cache.
    private static let contextBytes: Int64 = 32 << 20
    private static let contextFiles = 2000

    /// Finds the image and names it.
    /// - Parameter display: Shows the build, once it is known that it is one.
    /// - Returns: False when it takes more than looking things up, or when there is something to complain of.
    func answer(display: (BuildRequest) -> BuildDisplay) async -> Bool {
        guard isSimple, let store = await StoreAhead.store() else { return false }
        defer { store.close() }
        let events = Mutex<[BuildEvent]>([])
        do {
            let input = try BuildInput.read(arguments, spool: nil)
            var request = try input.request(arguments)
            request.limits = limits.replacing(request.limits)
            request.limits.contextBytes = min(request.limits.contextBytes, Self.contextBytes)
            request.limits.contextFiles = Self.contextFiles
            let builder = Builder(store: store, sandbox: nil, lookup: Self.lookup(store))
            let result = try await builder.build(request) { event in events.withLock { $0.append(event) } }
            // Its id is wanted, and to hash layers for that is more than looking things up.
            if arguments.quiet {
                for layer in result.image.layers where try store.knownDiffID(of: layer) == nil { return false }
            }
            let display = display(request)
            for event in events.withLock({ $0 }) { display.handle(event) }
            try await BuildDelivery(
                result: result, store: store, builder: builder, arguments: arguments, display: display,
                outputs: [.store]
            ).deliver()
            return true
        } catch {
            return false
        }
    }

    private var isSimple: Bool {
        !arguments.noCache && !arguments.pull && arguments.idFile == nil && arguments.metadataFile == nil
            && arguments.outputTexts.isEmpty && BuildInput.canBeReadAgain(arguments)
    }

    /// Images that are here under their own names.
    private static func lookup(_ store: Store) -> BaseImageLookup {
        { query, _ throws(ImageError) in
            let platform = Platform(query.platform) ?? .host
            guard let reference = try? Reference(parsing: query.name), let found = try store.image(named: reference),
                platform.accepts(found.image.configuration.platform)
            else { throw ImageError(.notFound, "\(query.name) is not in the store") }
            let resolution = ImageResolver.Resolution(local: found, as: reference)
            return BaseImage(
                image: found.image, reference: reference.withDefaultTag.canonical, message: resolution.message)
        }
    }
}
