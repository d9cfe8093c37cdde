import Checks
import TerminalUI

extension Explanation {
    // MARK: - For a person

    func lines(_ terminal: Terminal) -> [StyledLine] {
        var facts = [entry.kind == .file || entry.kind == .hardlink ? "\(ByteCount(entry.size))" : entry.kind.noun]
        if let text = entry.target { facts.append("to \(ImagePath.shown(text))") }
        facts.append("mode \(InspectionReport.octal(UInt32(entry.mode)))")
        facts.append("owner \(entry.uid):\(entry.gid)")
        let isBase = layer < opened.base.count
        facts.append("layer \(layer + 1) of \(opened.layers.count)" + (isBase ? " (the base)" : ""))
        var lines = [StyledLine([Span("\(path)", .heading), Span("  \(facts.joined(separator: ", "))")])]
        if let removedBy {
            let step = opened.step(of: removedBy)
            let place = step.map { "\(dockerfile):\($0.step.line): " } ?? "layer \(removedBy + 1): "
            lines += wrapped("not to be seen any more, but still in the image: removed by ", terminal)
            lines += wrapped(place + (step?.step.text ?? opened.histories[removedBy] ?? "a later layer"), terminal)
        }
        guard let origin else { return lines + withoutRecord(terminal) }
        for (index, link) in origin.chain.enumerated() {
            let next = index + 1 < origin.chain.count ? origin.chain[index + 1] : nil
            let place = "\(dockerfile):\(link.line)"
            let stage = link.stageName.map { "stage \($0)" } ?? "stage \(link.stage)"
            let isFinal = link.stage == opened.graph?.finalStage
            lines.append(
                StyledLine([
                    Span("  \(place)", .code), Span("  \(stage)\(isFinal ? ", the image" : "")", .muted),
                ]))
            let room = max(20, terminal.proseWidth - 6)
            lines.append(
                StyledLine([
                    Span("    "),
                    Span(
                        DisplayWidth.cut(
                            InspectionTable.oneLine(link.text), to: room, ellipsis: terminal.glyphs.ellipsis)),
                ]))
            lines += wrapped(words(link, next, origin), terminal, indent: 6)
        }
        if let last = beginning(origin) { lines += wrapped(last, terminal) }
        return lines
    }

    private func wrapped(_ text: String, _ terminal: Terminal, indent: Int = 2) -> [StyledLine] {
        LineWrapper(width: terminal.proseWidth, first: [Span(String(repeating: " ", count: indent))])
            .wrap([Span(text)])
    }

    /// An image from elsewhere: its history is all there is.
    private func withoutRecord(_ terminal: Terminal) -> [StyledLine] {
        let maker = opened.histories[layer].map { "put there by: \(InspectionTable.oneLine($0))" }
        return wrapped(maker ?? "its layer has no history", terminal)
            + wrapped(
                "the image was not built here, so no more is known: name its Dockerfile to follow the file further",
                terminal)
    }

    /// What a step did.
    private func words(_ link: Origin.Link, _ next: Origin.Link?, _ origin: Origin) -> String {
        var text: String
        switch link.relation {
        case .made: text = entry.kind.isDirectory ? "made the directory" : "wrote it"
        case .copied: text = "copied it from \(source(next, origin))"
        case .unpacked: text = "unpacked it from \(source(next, origin))"
        case .renamed: text = "has the same content as \(source(next, origin)): moved, copied or linked"
        case .derived: text = "made it out of \(source(next, origin)), as strip does"
        case .metadata: text = "left the content as it was" + (link.detail.map { ", \($0)" } ?? "")
        }
        if link.isPartOfTree { text += ", with the directory it is in" }
        switch link.replaced {
        case .base where link.relation != .derived: text += "; it replaces what the base image has there"
        case .line(let line) where link.relation != .derived: text += "; it replaces what line \(line) had put there"
        default: break
        }
        return text
    }

    /// Where a step took it from.
    private func source(_ next: Origin.Link?, _ origin: Origin) -> String {
        if let next {
            return
                "\(next.path) of \(next.stageName.map { "stage \($0)" } ?? "stage \(next.stage)") (line \(next.line))"
        }
        let path = origin.endPath.map { "\($0) of " } ?? ""
        switch origin.end {
        case .context(let path): return "your folder: \(path.isRoot ? "." : String(path.description.dropFirst()))"
        case .image(let name): return "\(path)the image \(name)"
        case .base(let name): return "\(path)the base image \(name)"
        case .inline: return "the text in the Dockerfile"
        case .url: return "the address it names"
        case .built, .unknown: return "somewhere that is not recorded"
        }
    }

    /// What stands below the chain, where the chain does not say it.
    private func beginning(_ origin: Origin) -> String? {
        switch origin.end {
        case .base(let name) where origin.chain.isEmpty: "it is part of the base image \(name)"
        case .base(let name) where origin.chain.last?.relation == .metadata: "it is part of the base image \(name)"
        case .unknown: "where it comes from is not known: the layers of that stage may have been pruned"
        default: nil
        }
    }

    // MARK: - For programs

    struct Document: Encodable {
        struct Removal: Encodable {
            var layer: Int
            var text: String?
            var line: Int?
        }
        var image: String
        var path: String
        var kind: String
        var size: Int64
        var mode: String
        var uid: UInt32
        var gid: UInt32
        var layer: Int
        var isBase: Bool
        var linkTarget: String?
        /// What a link leads to in the end.
        var resolved: String?
        var createdBy: String?
        var removed: Removal?
        var origin: OriginDocument?
        /// All of it in one line.
        var sentence: String?
        /// The same of what a link leads to.
        var target: [Document]?
    }

    var document: Document {
        Document(
            image: opened.name, path: path.description, kind: entry.kind.rawValue, size: entry.size,
            mode: InspectionReport.octal(UInt32(entry.mode)), uid: entry.uid, gid: entry.gid, layer: layer + 1,
            isBase: layer < opened.base.count, linkTarget: entry.target.map { ImagePath.shown($0) },
            resolved: target?.description, createdBy: opened.histories[layer],
            removed: removedBy.map { index in
                let step = opened.step(of: index)?.step
                return Document.Removal(
                    layer: index + 1, text: step?.text ?? opened.histories[index], line: step?.line)
            },
            origin: origin.map { OriginDocument($0, dockerfile: dockerfile) },
            sentence: origin?.sentence(dockerfile: dockerfile))
    }
}
