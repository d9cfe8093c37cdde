package import Diagnostics
package import Images

/// A build that came to its end.
package struct BuildResult: Sendable {
    /// The image, not yet in the store's list of images: the caller names it.
    package var image: StoredImage
    package var record: BuildRecord
    /// Steps that were in the cache, of those that make a layer.
    package var cachedSteps: Int
    /// Steps that make a layer.
    package var totalSteps: Int
    package var seconds: Double
    /// Lint, and what the builder itself has to say (a wildcard that matched nothing, a stage nobody used).
    package var warnings: [Diagnostic]

    package init(
        image: StoredImage, record: BuildRecord, cachedSteps: Int, totalSteps: Int, seconds: Double,
        warnings: [Diagnostic]
    ) {
        self.image = image
        self.record = record
        self.cachedSteps = cachedSteps
        self.totalSteps = totalSteps
        self.seconds = seconds
        self.warnings = warnings
    }
}
