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

    /// Whether a text has `main(` in it, blanks in between allowed.
    private static func holdsMain(_ text: [UInt8]) -> Bool {
        let packed = text.filter { $0 != 0x20 && $0 != 0x09 }
        return ByteSearch.contains(packed, Array("main(".utf8))
    }
}
