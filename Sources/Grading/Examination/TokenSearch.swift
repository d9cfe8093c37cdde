import Checks

/// Looks for a text in the programs that a build put into its image.
struct TokenSearch {
    let engine: any ExaminationEngine

    /// The ELF files that the submission adds and that hold the bytes, those of the last layer first.
    func programs(of built: BuildReply.Built, _ needle: [UInt8]) async throws(Ungradable) -> [ImagePath] {
        let own = Set(built.graph.finalChain.flatMap { built.graph.stages[$0].steps }.compactMap(\.layer))
        var found: [ImagePath] = []
        for layer in built.image.layers.reversed() where own.contains(layer.id) {
            let table = try await engine.layer(layer.id)
            for entry in table.entries.prefix(2000) where entry.kind == .file {
                guard let file = await engine.file(entry.path, inLayer: layer.id) else { continue }
                guard ELFReader.hasMagic(file.read(0, 4)) else { continue }
                if ByteSearch.contains(file.contents(limit: 64 << 20), needle), !found.contains(entry.path) {
                    found.append(entry.path)
                }
            }
        }
        return found
    }
}
