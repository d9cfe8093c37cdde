import Checks
import Synchronization

/// What the layers of one image, of its base and of the stages it was built from hold, each read once.
final class LayerTables: Sendable {
    private let engine: any ExaminationEngine
    private let state = Mutex(State())

    private struct State {
        var tables: [String: LayerTable] = [:]
        /// Why the history of a layer could not be read, the first time.
        var failure: Ungradable?
    }

    init(engine: any ExaminationEngine) {
        self.engine = engine
    }

    /// Layers that an image has: they are compared with what was committed.
    func read(_ ids: [String]) async throws(Ungradable) -> [LayerTable] {
        for id in ids where known(id) == nil {
            let table = try await engine.layer(id)
            state.withLock { $0.tables[id] = table }
        }
        return self[ids]
    }

    /// Those of the layers that were read.
    subscript(ids: [String]) -> [LayerTable] { ids.compactMap { known($0) } }

    /// A layer that a step made, of whichever stage, when somebody asks: most stages are never asked about.
    func history(of id: String) async -> LayerTable? {
        if let known = known(id) { return known }
        do throws(Ungradable) {
            let table = try await engine.history(ofLayer: id)
            state.withLock { $0.tables[id] = table }
            return table
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
            return nil
        }
    }

    /// - Throws: what kept a layer from being read: origins that were told without it are not to be believed.
    func checkHistory() throws(Ungradable) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private func known(_ id: String) -> LayerTable? { state.withLock { $0.tables[id] } }
}
