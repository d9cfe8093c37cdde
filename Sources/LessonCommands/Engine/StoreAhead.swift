import Images
import Synchronization

/// The store as it is found outside of the engine's namespaces, opened while the command line is still being read.
///
/// Of a build that finds all its steps in the cache, reading the command line is a tenth and opening the store another;
/// most of the rest is comparing layers with what was committed. So that begins here too, with the layers of the image
/// that was built last: likely it is built again.
enum StoreAhead {
    private static let opening = Mutex<Task<Store?, Never>?>(nil)

    /// Begins to open the store. To be called once signals are blocked, as there are more threads from here on.
    static func begin() {
        opening.withLock {
            $0 = Task.detached {
                let store = EngineSession.storeOutside()
                // What cannot be read now is told to who asks for it.
                if let store, let layers = try? store.layersBuiltLast() { store.verifyAhead(layers) }
                return store
            }
        }
    }

    /// The store, for who asks first; nil where there is none yet.
    static func store() async -> Store? {
        guard let task = taken() else { return EngineSession.storeOutside() }
        return await task.value
    }

    /// Closes the store if nobody asked for it.
    static func discard() async { await taken()?.value?.close() }

    private static func taken() -> Task<Store?, Never>? {
        opening.withLock { task in
            defer { task = nil }
            return task
        }
    }
}
