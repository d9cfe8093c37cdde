import Build
import Checks
import Grading
import Images
import OCI

/// An image with all that can be said about its layers, wherever it came from.
struct OpenedImage: Sendable {
    /// As the person named it.
    var name: String
    var place: Place
    var image: StoredImage
    var layers: [ImageInspection.Source]
    /// How it was built; nil for one that came from elsewhere.
    var graph: BuildGraph?
    /// Path to SHA-256 of the files that its build took from the context.
    var contextFiles: [String: String] = [:]
    /// The base's name, where it is known, and how many of the lowest layers are its.
    var base: (name: String?, count: Int) = (nil, 0)
    let engine: StoreEngine

    enum Place: String, Sendable, Hashable, Codable {
        case store, built, archive, layout, registry, daemon
    }

    /// By which instruction each layer was made, as far as the image's history tells.
    var histories: [String?] {
        var words = image.configuration.history.filter { !$0.emptyLayer }.map(\.createdBy)
        // A history that does not fit the layers says nothing about any of them.
        if words.count != layers.count { words = [] }
        return layers.indices.map { words.indices.contains($0) ? words[$0] : nil }
    }

    /// The step that made a layer.
    func step(of layer: Int) -> (stage: BuildGraph.Stage, index: Int, step: BuildGraph.Step)? {
        guard let graph, layer >= base.count, layers.indices.contains(layer) else { return nil }
        for index in graph.finalChain {
            if let step = graph.stages[index].steps.last(where: { $0.layer == layers[layer].id }) {
                return (graph.stages[index], index, step)
            }
        }
        return nil
    }

    /// Follows paths through the build; nil without a record of one.
    func tracer(searchesBases: Bool) -> OriginTracer? {
        guard let graph else { return nil }
        let (engine, own) = (engine, Set(layers.map(\.id)))
        return OriginTracer(
            graph: graph,
            layers: OriginTracer.Layers(
                table: { id in
                    do throws(Ungradable) {
                        return own.contains(id) ? try await engine.layer(id) : try await engine.history(ofLayer: id)
                    } catch {
                        return nil
                    }
                },
                content: { layer, path in await engine.file(path, inLayer: layer) }),
            contextFiles: contextFiles, searchesBases: searchesBases)
    }

    var inspection: ImageInspection { ImageInspection(layers, baseCount: base.count) }
}
