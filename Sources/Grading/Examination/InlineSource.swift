import Checks
import Lessons

/// A source that stands in the Dockerfile: no file of the folder can be replaced to change it.
struct InlineSource {
    let rule: SubstitutionRule
    let order: BuildOrder
    let built: BuildReply.Built

    /// The Dockerfile line that holds one, nil where none is to be seen: a here-document that becomes a source file, or a
    /// `RUN` with a program's `main` in it.
    var line: Int? {
        // A program that is packed into the Dockerfile is no source, whatever stands beside it.
        guard !Self.holdsPacked(order.dockerfile) else { return nil }
        let patterns = rule.files.map { NamePattern($0) }
        let lines = order.dockerfile.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let stages = built.graph.stages
        // Where an instruction ends, the next one or the next stage begins.
        let starts = (stages.map(\.line) + stages.flatMap(\.steps).map(\.line)).sorted()
        for step in stages.filter({ !$0.isSkipped }).flatMap(\.steps) {
            if step.sources.contains(where: { source in
                source.from == .inline && patterns.contains { $0.matches(source.destination.string) }
            }) {
                return step.line
            }
            guard step.kind == "RUN", step.line > 0, step.line <= lines.count else { continue }
            let next = starts.first { $0 > step.line } ?? lines.count + 1
            let text = lines[(step.line - 1)..<max(step.line, min(next - 1, lines.count))].joined(separator: [0x0A])
            if Self.holdsMain(Array(text)) { return step.line }
        }
        return nil
    }

    /// Whether a text has much in it that only a machine writes, as base64 and escapes of bytes are.
    private static func holdsPacked(_ text: [UInt8]) -> Bool {
        var bytes = 0
        for word in text.split(whereSeparator: { [0x20, 0x09, 0x0A, 0x0D, 0x22, 0x27].contains($0) })
        where word.count >= 60 {
            let isPacked = word.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: [UInt8]("+/=\\-_,".utf8).contains(byte)
                }
            }
            // A line of dashes is no program.
            if isPacked, Set(word).count >= 10 { bytes += word.count }
        }
        return bytes > 200
    }

    /// Whether a text has `main(` in it, blanks in between allowed.
    private static func holdsMain(_ text: [UInt8]) -> Bool {
        let packed = text.filter { $0 != 0x20 && $0 != 0x09 }
        return ByteSearch.contains(packed, Array("main(".utf8))
    }
}
