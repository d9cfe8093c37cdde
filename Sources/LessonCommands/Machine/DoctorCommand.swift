import ArgumentParser
import Linux
import Sandbox
import SystemPackage
import TerminalUI

struct DoctorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "What works on this machine, tried for real, and what to do about the rest.",
        discussion:
            "Exit status 0 when lessons can be built and checked here, 2 when something that they need is missing.")

    @OptionGroup var runtime: RuntimeOptions

    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        var ok: Bool
        var capabilities: [Capability]
    }

    func execute(_ console: Console) async throws {
        // Outside first: what it finds says why there is no inside.
        var capabilities: [Capability] = []
        if (try? EngineNamespace.current()) == nil {
            let outside = await Doctor.probeOutside()
            guard !outside.contains(where: { $0.level == .missing }) else {
                return try report(outside, console)
            }
            do {
                try EngineNamespace.reexecuteIfNeeded()
            } catch {
                capabilities = outside
                capabilities.append(
                    Capability(
                        id: "engine-namespace", title: "the engine's namespaces", level: .missing,
                        detail: error.description, remedy: error.hint))
                return try report(capabilities, console)
            }
        }
        capabilities = await Doctor.probeOutside()
        let context = try EngineNamespace.current()
        if EngineSession.copiesLayers { context.layering.copyAlways() }
        let inside = await Doctor.probe(context, store: EngineSession.home.appending("store"), runtime: runtime.choice)
        let known = Set(inside.map(\.id))
        try report(capabilities.filter { !known.contains($0.id) } + inside, console)
    }

    private func report(_ capabilities: [Capability], _ console: Console) throws {
        let isFit = !capabilities.contains { $0.level == .missing && $0.isNeeded }
        if console.isJSON {
            try console.json(Document(ok: isFit, capabilities: capabilities))
        } else {
            console.print(lines(capabilities, isFit: isFit, console.out))
        }
        guard isFit else { throw CommandExit(.couldNotRun) }
    }

    private func lines(_ capabilities: [Capability], isFit: Bool, _ terminal: Terminal) -> [StyledLine] {
        var lines: [StyledLine] = []
        for one in capabilities {
            let head = [
                Span("  "), Span("\(one.level.mark(terminal.glyphs)) \(one.level.word)", one.level.style), Span("  "),
            ]
            let words = [Span(one.title, .strong)] + (one.detail.isEmpty ? [] : [Span(": \(one.detail)")])
            lines += LineWrapper(width: terminal.proseWidth, first: head).wrap(words)
            if let remedy = one.remedy, one.level != .ok {
                lines += LineWrapper(
                    width: terminal.proseWidth, first: [Span("      what to do: ", .strong)]
                ).wrap(inlineCode(remedy))
            }
        }
        lines.append(StyledLine())
        lines.append(
            isFit
                ? StyledLine("lessons can be built and checked on this machine", .pass)
                : StyledLine("lessons cannot be built and checked on this machine yet", .fail))
        return lines
    }
}

extension Capability {
    /// Whether nothing can be built without it. What else is missing narrows what can be done, and says so itself.
    fileprivate var isNeeded: Bool {
        !["network-isolated", "skopeo", "mmdebstrap", "tun", "slirp4netns", "newuidmap"].contains(id)
    }
}

extension Capability.Level {
    fileprivate var word: String {
        switch self {
        case .ok: "ok     "
        case .degraded: "limited"
        case .missing: "MISSING"
        }
    }

    fileprivate var style: Style {
        switch self {
        case .ok: .pass
        case .degraded: .warning
        case .missing: .fail
        }
    }

    fileprivate func mark(_ glyphs: Glyphs) -> String {
        switch self {
        case .ok: glyphs.pass
        case .degraded: glyphs.review
        case .missing: glyphs.fail
        }
    }
}
