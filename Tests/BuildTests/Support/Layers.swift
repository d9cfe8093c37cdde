import Testing

/// How layers become one tree: both ways must give the same images.
enum Layers: String, CaseIterable, CustomTestStringConvertible {
    /// By overlayfs.
    case mounted
    /// By copying, as where the kernel lets nobody have overlayfs.
    case copied

    var testDescription: String { rawValue }

    var environment: [String] { self == .copied ? ["LESSON_SNAPSHOTS=copy"] : [] }
}
