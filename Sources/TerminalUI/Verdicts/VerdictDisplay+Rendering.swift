extension VerdictDisplay {
    /// The lines of the whole verdict: a line per check, what to do about those that failed, the sizes, the sum.
    package func lines(_ terminal: Terminal) -> [StyledLine] {
        var lines = LineWrapper(width: terminal.proseWidth).wrap([Span(title, .heading)]) + [StyledLine()]
        let idWidth = (checks + integrity).map { DisplayWidth.of($0.id) }.max() ?? 0
        for check in checks where check.outcome != .skipped {
            lines += check.lines(terminal, idWidth: idWidth)
        }
        lines += skipped(terminal)
        // What is in order needs no line; what is not, does.
        for check in integrity where check.outcome != .pass && check.outcome != .skipped {
            lines += check.lines(terminal, idWidth: idWidth)
        }
        if let sizes {
            var narrowed = terminal
            narrowed.width -= 2
            let bars = sizes.lines(narrowed)
            if !bars.isEmpty { lines += [StyledLine()] + bars.map { $0.indented(2) } }
        }
        for note in notes {
            lines += LineWrapper(width: terminal.proseWidth, first: [Span("  note: ", .strong)]).wrap(inlineCode(note))
        }
        lines += [StyledLine()] + summary(terminal)
        for step in next {
            lines += LineWrapper(width: terminal.proseWidth, first: [Span("  ")]).wrap(inlineCode(step))
        }
        return lines
    }

    private func skipped(_ terminal: Terminal) -> [StyledLine] {
        let skipped = checks.filter { $0.outcome == .skipped }
        guard !skipped.isEmpty else { return [] }
        let mark = "  \(terminal.glyphs.skipped) skipped  "
        let names = skipped.map(\.id).joined(separator: ", ")
        return LineWrapper(width: terminal.proseWidth, first: [Span(mark, .muted)])
            .wrap([Span("\(names) (a check before failed)", .muted)])
    }

    private func summary(_ terminal: Terminal) -> [StyledLine] {
        var facts: [String] = []
        if maxScore > 0, outcome != .error { facts.append("\(points(score)) of \(points(maxScore)) points") }
        if seconds > 0 { facts.append(ElapsedTime.short(seconds: seconds)) }
        if totalSteps > 0 { facts.append("\(cachedSteps) of \(totalSteps) steps from the cache") }
        let dot = " \(terminal.glyphs.dot) "
        guard !facts.isEmpty else { return [StyledLine(outcome.headline, outcome.style)] }
        return LineWrapper(
            width: terminal.proseWidth, first: [Span(outcome.headline, outcome.style), Span("  ")]
        )
        .wrap([Span(facts.joined(separator: dot))])
    }
}

extension VerdictDisplay.Check {
    /// A line with mark and word, then, unless it passed, what was expected, what was found, where, and what to do.
    package func lines(_ terminal: Terminal, idWidth: Int = 0) -> [StyledLine] {
        let word = DisplayWidth.pad(outcome.word, to: 7)
        var head = [
            Span("  "), Span("\(outcome.mark(terminal.glyphs)) \(word)", outcome.style), Span("  "),
            Span(DisplayWidth.pad(id, to: idWidth), .strong),
        ]
        if let points {
            head.append(Span("  \(TerminalUI.points(points.got))/\(TerminalUI.points(points.of))", .muted))
        }
        var lines = [StyledLine(head)]
        guard outcome != .pass else { return lines }
        func say(_ label: String, _ text: String, _ style: Style = .plain) {
            let first = [Span("      "), Span(DisplayWidth.pad(label, to: 10), .muted)]
            for (number, part) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let start = number == 0 ? first : [Span(String(repeating: " ", count: 16))]
                lines += LineWrapper(width: terminal.proseWidth, first: start).wrap(inlineCode(String(part), style))
            }
        }
        if !expected.isEmpty { say("expected", expected) }
        if !actual.isEmpty { say("got", actual) }
        if let place { say("where", place) }
        let most = 8
        for item in evidence.prefix(most) { say("  \(terminal.glyphs.dot)", item) }
        if evidence.count > most { say("", "and \(evidence.count - most) more", .muted) }
        if let why { say("why", why, .muted) }
        if let advice { say("advice", advice) }
        if let slide { say("slide", slide, .muted) }
        return lines
    }
}

extension VerdictDisplay.Outcome {
    var word: String {
        switch self {
        case .pass: "pass"
        case .fail: "FAIL"
        case .error: "ERROR"
        case .skipped: "skipped"
        case .review: "review"
        }
    }

    /// The sum in a word or three.
    package var headline: String {
        switch self {
        case .pass: "PASS"
        case .fail: "FAIL"
        case .error: "COULD NOT RUN"
        case .skipped: "SKIPPED"
        case .review: "PASS, TO BE REVIEWED"
        }
    }

    package var style: Style {
        switch self {
        case .pass: .pass
        case .fail: .fail
        case .error: .error
        case .skipped: .muted
        case .review: .warning
        }
    }

    package func mark(_ glyphs: Glyphs) -> String {
        switch self {
        case .pass: glyphs.pass
        case .fail: glyphs.fail
        case .error: glyphs.error
        case .skipped: glyphs.skipped
        case .review: glyphs.review
        }
    }
}

/// Points without a fraction that says nothing: "25", "12.5".
package func points(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "-" }
    let hundredths = Int((value * 100).rounded())
    let rest = abs(hundredths % 100)
    let sign = hundredths < 0 ? "-" : ""
    let whole = abs(hundredths) / 100
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
}

/// Prose whose `` `code` `` is set as code; the backticks stay, as they are what tells code apart without colour.
package func inlineCode(_ text: String, _ style: Style = .plain) -> [Span] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.count % 2 == 1 else { return [Span(text, style)] }
    return parts.enumerated().map { index, part in
        index % 2 == 0 ? Span(String(part), style) : Span("`\(part)`", style.adding(.code))
    }
}
