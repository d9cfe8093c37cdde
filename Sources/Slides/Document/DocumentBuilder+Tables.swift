import CCMark

extension DocumentBuilder {
    /// Captures the paragraph `node` as a table, when it is one; whether it was.
    mutating func captureTable(_ node: OpaquePointer, _ context: Context) -> Bool {
        false
    }
}
