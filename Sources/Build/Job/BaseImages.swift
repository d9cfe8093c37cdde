import Dockerfile
package import Images

/// An image that a build starts from or copies from.
package struct BaseImage: Sendable {
    package var image: StoredImage
    /// The canonical reference.
    package var reference: String
    /// Which one it is, when that is worth saying.
    package var message: String?

    package init(image: StoredImage, reference: String, message: String? = nil) {
        self.image = image
        self.reference = reference
        self.message = message
    }
}

/// What is asked for when a Dockerfile names an image.
package struct BaseImageQuery: Sendable, Hashable {
    /// As it is written, expanded.
    package var name: String
    /// `os/arch[/variant]`
    package var platform: String
    /// Ask the registry even if there is one here.
    package var pull: Bool
}

/// Finds images by name.
package typealias BaseImageLookup =
    @Sendable (BaseImageQuery, _ note: @escaping @Sendable (String) -> Void) async throws(ImageError) -> BaseImage

/// The images of one build, each looked up once.
actor BaseImageLoader {
    private let lookup: BaseImageLookup
    private var running: [BaseImageQuery: Task<Result<BaseImage, ImageError>, Never>] = [:]
    private var waiting = 0
    private var since = ContinuousClock().now
    private var total = Duration.zero

    /// How long somebody has waited for an image so far.
    var waited: Duration { waiting > 0 ? total + since.duration(to: ContinuousClock().now) : total }

    init(_ lookup: @escaping BaseImageLookup) { self.lookup = lookup }

    /// The image that a name stands for.
    func image(
        _ query: BaseImageQuery, note: @escaping @Sendable (String) -> Void
    ) async throws(ImageError) -> BaseImage {
        let task =
            running[query]
            ?? Task { [lookup] in
                do throws(ImageError) {
                    return .success(try await lookup(query, note))
                } catch {
                    return .failure(error)
                }
            }
        running[query] = task
        if waiting == 0 { since = ContinuousClock().now }
        waiting += 1
        defer {
            waiting -= 1
            if waiting == 0 { total += since.duration(to: ContinuousClock().now) }
        }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return try result.get()
    }
}
