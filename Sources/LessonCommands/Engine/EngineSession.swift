import Build
import Images
import Linux
import OCI
import Sandbox
import SystemPackage

/// The engine, open: the store, the sandbox and the builder, inside the engine's namespaces.
struct EngineSession: Sendable {
    let store: Store
    let context: EngineContext
    let sandbox: Sandbox
    let builder: Builder

    /// Enters the engine's namespaces (this program starts again inside them, and the process outside ends with its
    /// status) and opens what commands work with.
    static func open(_ console: Console) async throws -> EngineSession {
        try EngineNamespace.reexecuteIfNeeded()
        let context = try EngineNamespace.current()
        let store = try Store(at: home.appending("store"), ids: context.ids)
        let sandbox = try Sandbox(context: context, runtime: runtime, scratch: context.scratch)
        let builder = Builder(store: store, sandbox: sandbox, lookup: lookup(in: store))
        return EngineSession(store: store, context: context, sandbox: sandbox, builder: builder)
    }

    /// Where images and caches are: `LESSON_HOME`, else the place the XDG specification has for such things.
    static var home: FilePath {
        if let home = ProgramPath.environment("LESSON_HOME") { return absolute(FilePath(home)) }
        if let data = ProgramPath.environment("XDG_DATA_HOME"), data.hasPrefix("/") {
            return FilePath(data).appending("lesson")
        }
        let user = ProgramPath.environment("HOME") ?? "/tmp"
        return FilePath(user).appending(".local").appending("share").appending("lesson")
    }

    /// `LESSON_RUNTIME`: the OCI runtime to use, a path.
    private static var runtime: RuntimeChoice {
        ProgramPath.environment("LESSON_RUNTIME").map { .path($0) } ?? .auto
    }

    private static func absolute(_ path: FilePath) -> FilePath {
        path.isAbsolute ? path : ProgramPath.currentFolder.pushing(path)
    }

    /// How a build finds the images that a Dockerfile names.
    private static func lookup(in store: Store) -> BaseImageLookup {
        { (query, note) async throws(ImageError) in
            let reference: Reference
            do {
                reference = try Reference(parsing: query.name).withDefaultTag
            } catch {
                throw ImageError(.notAvailable, "\(error)", hint: "a name looks like debian:12 or ghcr.io/you/image")
            }
            if let found = try store.image(named: reference) {
                return BaseImage(image: found.image, reference: reference.canonical)
            }
            throw ImageError(
                .notAvailable, "\(query.name): \(reference.canonical): not found",
                hint: "`lesson docker images` shows the images that are here")
        }
    }
}
