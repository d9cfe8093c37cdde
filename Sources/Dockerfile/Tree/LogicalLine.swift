import Diagnostics

/// The lines of one instruction joined, and the way back from each byte to its place in the file.
struct LogicalLine {
    /// The joined text.
    private(set) var bytes: [UInt8] = []
    /// Where each piece of `bytes` came from, in order.
    private var pieces: [Piece] = []
    /// Where the last answer of `location` was: questions come in order, so counting goes on from there.
    private var last: (offset: Int, location: SourceLocation, piece: Int)?

    private struct Piece {
        var offset: Int
        var line: Int
        /// 0-based column of the first byte, in scalars.
        var column: Int
    }

    mutating func append(_ slice: ArraySlice<UInt8>, line: Int, column: Int) {
        pieces.append(Piece(offset: bytes.count, line: line, column: column))
        bytes.append(contentsOf: slice)
    }

    var all: ArraySlice<UInt8> { bytes[...] }

    /// The place of a byte. Linear over all questions of an instruction as long as they come in order.
    mutating func location(_ offset: Int) -> SourceLocation {
        var low = 0
        if let last, last.offset <= offset, last.piece == pieces.count - 1 || pieces[last.piece + 1].offset > offset {
            let moved = scalars(last.offset, offset)
            let location = SourceLocation(line: last.location.line, column: last.location.column + moved)
            self.last = (offset, location, last.piece)
            return location
        }
        var high = pieces.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if pieces[middle].offset <= offset { low = middle } else { high = middle }
        }
        guard low < pieces.count else { return SourceLocation(line: 1) }
        let piece = pieces[low]
        let location = SourceLocation(line: piece.line, column: piece.column + 1 + scalars(piece.offset, offset))
        last = (offset, location, low)
        return location
    }

    mutating func range(_ slice: ArraySlice<UInt8>) -> SourceRange {
        guard !pieces.isEmpty else { return SourceRange(line: 1) }
        let start = location(slice.startIndex)
        guard slice.endIndex > slice.startIndex else { return SourceRange(start: start, end: start) }
        // The end belongs to the last byte: the next byte may be on another line.
        var end = location(slice.endIndex - 1)
        if bytes[slice.endIndex - 1] & 0xC0 != 0x80 { end.column += 1 }
        return SourceRange(start: start, end: end)
    }

    mutating func word(_ slice: ArraySlice<UInt8>) -> Word {
        Word(String(decoding: slice, as: UTF8.self), range: range(slice))
    }

    mutating func word(_ text: [UInt8], from slice: ArraySlice<UInt8>) -> Word {
        Word(String(decoding: text, as: UTF8.self), range: range(slice))
    }

    private func scalars(_ from: Int, _ to: Int) -> Int {
        guard from < to else { return 0 }
        return bytes[from..<min(to, bytes.count)].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }
}
