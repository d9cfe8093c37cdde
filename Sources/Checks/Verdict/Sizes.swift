/// Sums of uncompressed layers, in bytes; nil where there is nothing to measure.
package struct Sizes: Sendable, Hashable, Codable {
    /// The lesson's plain base.
    package var base: Int64?
    /// The reference: the single-stage image.
    package var singleStage: Int64?
    /// The submission's image.
    package var final: Int64?
    /// What the submission's image has beyond the lesson's base.
    package var addedOverBase: Int64?

    package init(
        base: Int64? = nil, singleStage: Int64? = nil, final: Int64? = nil, addedOverBase: Int64? = nil
    ) {
        self.base = base
        self.singleStage = singleStage
        self.final = final
        self.addedOverBase = addedOverBase
    }

    private enum CodingKeys: String, CodingKey {
        case base, singleStage, final, addedOverBase
    }

    /// Writes all four keys, `null` for what is not known: a script finds them always.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(base, forKey: .base)
        try container.encode(singleStage, forKey: .singleStage)
        try container.encode(final, forKey: .final)
        try container.encode(addedOverBase, forKey: .addedOverBase)
    }
}
