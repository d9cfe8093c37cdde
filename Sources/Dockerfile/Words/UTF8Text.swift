/// Text under construction.
///
/// `String.UnicodeScalarView.append(contentsOf:)` copies the whole text each time; bytes do not.
struct UTF8Text {
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }
    var string: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            bytes += UTF8.encode(scalar).map { Array($0) } ?? []
        }
    }

    mutating func append(_ string: String) { bytes.append(contentsOf: string.utf8) }

    mutating func append(_ scalars: some Sequence<Unicode.Scalar>) { for scalar in scalars { append(scalar) } }
}
