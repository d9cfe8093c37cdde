import Diagnostics

/// Progress as one JSON object a line: `docker build --progress rawjson`, and what an editor or a web page reads.
package struct JSONProgress: Sendable {
    private let write: @Sendable (String) -> Void

    /// - Parameter write: Takes whole lines, line end included.
    package init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// Prints an event.
    package func handle(_ event: BuildEvent) {
        write(Self.line(event) + "\n")
    }

    /// The last line: how the build ended.
    package func failed(_ failure: BuildFailure) {
        var fields: [(String, String)] = [("event", Self.quote("error"))]
        fields.append(("kind", Self.quote(failure.kind.rawValue)))
        fields += Self.fields(of: failure.diagnostic)
        if let lines = failure.lines {
            fields.append(("startLine", String(lines.lowerBound)))
            fields.append(("endLine", String(lines.upperBound)))
        }
        if let code = failure.exitCode { fields.append(("exitCode", String(code))) }
        write(Self.object(fields) + "\n")
    }

    static func line(_ event: BuildEvent) -> String {
        switch event {
        case .started(let step):
            var fields = [
                ("event", quote("started")), ("step", String(step.number)), ("name", quote(step.name)),
            ]
            if let lines = step.lines {
                fields.append(("startLine", String(lines.lowerBound)))
                fields.append(("endLine", String(lines.upperBound)))
            }
            if let stage = step.stage { fields.append(("stage", String(stage))) }
            return object(fields)
        case .cached(let step): return object([("event", quote("cached")), ("step", String(step))])
        case .output(let step, let stream, let bytes):
            return object([
                ("event", quote("output")), ("step", String(step)), ("stream", String(stream.rawValue)),
                ("data", quote(String(decoding: bytes, as: UTF8.self))),
            ])
        case .note(let step, let text):
            return object([("event", quote("note")), ("step", String(step)), ("text", quote(text))])
        case .finished(let step, let seconds):
            return object([("event", quote("finished")), ("step", String(step)), ("seconds", number(seconds))])
        case .failed(let step, let message, let seconds):
            return object([
                ("event", quote("failed")), ("step", String(step)), ("message", quote(message)),
                ("seconds", number(seconds)),
            ])
        case .cancelled(let step): return object([("event", quote("cancelled")), ("step", String(step))])
        case .warning(let diagnostic): return object([("event", quote("warning"))] + fields(of: diagnostic))
        }
    }

    private static func fields(of diagnostic: Diagnostic) -> [(String, String)] {
        var fields = [("code", quote(diagnostic.id)), ("message", quote(diagnostic.message))]
        if let file = diagnostic.file { fields.append(("file", quote(file))) }
        if let start = diagnostic.range?.start {
            fields.append(("line", String(start.line)))
            fields.append(("column", String(start.column)))
        }
        if let hint = diagnostic.hint { fields.append(("hint", quote(hint))) }
        return fields
    }

    private static func object(_ fields: [(String, String)]) -> String {
        "{" + fields.map { "\(quote($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func number(_ seconds: Double) -> String {
        let thousandths = Int((max(0, seconds) * 1000).rounded())
        let digits = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// A JSON string: quotes, backslashes and every control character escaped (RFC 8259, section 7).
    static func quote(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            default:
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                    let digits = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
