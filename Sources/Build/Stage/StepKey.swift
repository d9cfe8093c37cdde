import OCI

/// Names a step by everything that its result depends on, and by nothing else.
///
/// Each part is hashed with its length, so that no two lists of parts are one byte sequence.
struct StepKey {
    /// What a step makes of the same parts: raised with each change of that (a time, a mode, an attribute), so that no
    /// layer is found that an older program made otherwise.
    static let version = 2

    private var hasher = SHA256Hasher()

    /// Begins a key. `kind` keeps kinds of steps apart.
    init(_ kind: String) {
        add("lesson-step-\(Self.version)")
        add(kind)
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    mutating func add(_ digest: Digest) { add(digest.description) }

    mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.littleEndian) { hasher.update($0) }
    }

    mutating func add(_ list: [String]) {
        add(Int64(list.count))
        for item in list { add(item) }
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(Int64(bytes.count))
        hasher.update(bytes)
    }

    mutating func finish() -> Digest { hasher.finalize() }

    /// The key of no layers at all.
    static let scratch: Digest = {
        var key = StepKey("scratch")
        return key.finish()
    }()

    /// The key of a layer that nobody else has.
    static func own(of layer: String) -> Digest {
        var key = StepKey("own")
        key.add(layer)
        return key.finish()
    }

    /// The key of an image's layers.
    ///
    /// - Parameter layers: what the store calls their content.
    static func base(_ layers: [String]) -> Digest {
        if layers.isEmpty { return scratch }
        var key = StepKey("base")
        for layer in layers { key.add(layer) }
        return key.finish()
    }
}
