import Build
import Diagnostics
import Glibc
import Images
import Lessons
import Linux
import Sandbox
import Synchronization
import SystemPackage
import TerminalUI

/// The engine, open: the store, the sandbox and the builder, inside the engine's namespaces.
struct EngineSession: Sendable {
    let store: Store
    let context: EngineContext
    let sandbox: Sandbox
    let builder: Builder
    let images: LessonImages

    /// Enters the engine's namespaces (this program starts again inside them, and the process outside ends with its
    /// status) and opens what commands work with.
    /// - Parameters:
    ///   - images: what a lesson offers; nil for all lessons that are found.
    ///   - isExamining: a name then never means what somebody built here, so that a verdict is the same everywhere.
    ///   - announce: told where an image came from that was not there, and how its making gets on; notes on standard
    ///     error when nil.
    static func open(
        _ console: Console, images: [ImageDeclaration]? = nil, isExamining: Bool = false,
        runtime: RuntimeChoice? = nil, announce: (@Sendable (String) -> Void)? = nil
    ) async throws -> EngineSession {
        try EngineNamespace.reexecuteIfNeeded()
        let context = try EngineNamespace.current()
        ProcessLimits.raiseOpenFiles()
        // Before anything is done, not after: a limit that is misspelt is none.
        let limit = try StoreLimit.read(home: home)
        let store = try Store(at: home.appending("store"), ids: context.ids)
        store.leaveDatabaseOpen()
        opened.withLock { $0 = (store, limit) }
        let sandbox = try Sandbox(context: context, runtime: runtime ?? usualRuntime, scratch: context.scratch)
        if copiesLayers { context.layering.copyAlways() }
        context.layering.prepare(place: { () throws(LinuxError) in try store.workingFolder() }) { refusal in
            console.note(
                "overlayfs cannot be used here (\(refusal.errno)): layers are copied, which takes more time and space; "
                    + "`lesson doctor` says more")
        }
        let images = LessonImages(
            store: store, takesBuilt: !isExamining, declarations: { images ?? LessonImages.ofAllLessons() },
            announce: announce ?? { console.note($0) })
        let builder = Builder(store: store, sandbox: sandbox, lookup: images.lookup)
        return EngineSession(store: store, context: context, sandbox: sandbox, builder: builder, images: images)
    }

    /// The store as it is found outside of the engine's namespaces, to look something up; nil where there is none yet.
    static func storeOutside() -> Store? {
        let location = home.appending("store")
        guard access(location.appending("store.sqlite").string, F_OK) == 0 else { return nil }
        let store = try? Store(at: location, ids: EngineNamespace.identities, tidying: false)
        store?.leaveDatabaseOpen()
        return store
    }

    private static let opened = Mutex<(store: Store, limit: StoreLimit)?>(nil)

    /// How large the store may become; nil before it is open.
    static var limit: StoreLimit? { opened.withLock { $0?.limit } }

    /// To be called when the command is done, however it ended: says what was found damaged in the store, brings it down
    /// to its limit, and leaves no trace of this process.
    static func finish(_ console: Console) async {
        guard let (store, limit) = opened.withLock({ $0 }) else { return }
        for words in store.takeRepairs() { console.note("note: \(SafeText(line: words))") }
        do {
            if let bytes = limit.bytes, let result = try await store.shrink(to: bytes) {
                if result.bytes > 0 {
                    console.note(
                        "note: \(ByteCount(result.bytes)) of the build cache removed, the least recently used first: "
                            + "the store was larger than its limit of \(ByteCount(bytes)) (\(limit.origin))")
                }
                let size = try store.diskUsage().totalBytes
                if size > bytes {
                    console.note(
                        "note: the store takes \(ByteCount(size)), more than its limit of \(ByteCount(bytes)) "
                            + "(\(limit.origin)): remove images with `lesson docker rmi`")
                }
            }
        } catch {
            console.note("note: the store could not be brought down to its limit: \(SafeText(line: "\(error)"))")
        }
        store.close()
    }

    /// Where images and caches are: `LESSON_HOME`, else the place the XDG specification has for such things.
    /// Asked once: the current folder may change.
    static let home: FilePath = {
        if let home = ProgramPath.environment("LESSON_HOME") { return absolute(FilePath(home)) }
        if let data = ProgramPath.environment("XDG_DATA_HOME"), data.hasPrefix("/") {
            return FilePath(data).appending("lesson")
        }
        let user = ProgramPath.environment("HOME") ?? "/tmp"
        return FilePath(user).appending(".local").appending("share").appending("lesson")
    }()

    /// `LESSON_RUNTIME`: the OCI runtime to use, a name or a path.
    private static var usualRuntime: RuntimeChoice {
        ProgramPath.environment("LESSON_RUNTIME").map { .path($0) } ?? .auto
    }

    /// `LESSON_SNAPSHOTS=copy`: layers are copied although overlayfs may work.
    static var copiesLayers: Bool { ProgramPath.environment("LESSON_SNAPSHOTS") == "copy" }

    private static func absolute(_ path: FilePath) -> FilePath {
        path.isAbsolute ? path : ProgramPath.currentFolder.pushing(path)
    }
}
