import Glibc

/// When escape codes are sent.
package enum ColourChoice: String, Sendable, Hashable, CaseIterable {
    /// On a terminal that has not asked for none.
    case auto
    /// Everywhere, even into a pipe.
    case always
    /// Nowhere.
    case never
}

extension Terminal {
    /// What the person asked for and what the stream is, put together.
    ///
    /// An explicit `--color` beats `NO_COLOR` (no-color.org), which beats the terminal.
    /// - Parameters:
    ///   - isInteractive: whether the stream is a terminal.
    ///   - size: columns and lines as the terminal reports them; nil or zero when it does not.
    ///   - environment: reads a variable.
    package static func detect(
        isInteractive: Bool, size: (columns: Int, lines: Int)?, colour: ColourChoice = .auto, ascii: Bool = false,
        environment: (String) -> String?
    ) -> Terminal {
        let isDumb = environment("TERM") == "dumb"
        let noColour = environment("NO_COLOR").map { !$0.isEmpty } ?? false
        let usesColour =
            switch colour {
            case .always: true
            case .never: false
            case .auto: isInteractive && !noColour && !isDumb
            }
        let reported = size.flatMap { $0.columns > 0 ? $0 : nil }
        let columns = environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        let lines = environment("LINES").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        return Terminal(
            isInteractive: isInteractive && !isDumb,
            usesColour: usesColour,
            isASCII: ascii || hasOtherCharset(environment),
            width: columns ?? reported?.columns ?? 80,
            height: lines ?? reported.map { $0.lines > 0 ? $0.lines : 24 } ?? 24
        )
    }

    /// The terminal, or the lack of one, behind a descriptor of this process.
    package static func detect(descriptor: CInt, colour: ColourChoice = .auto, ascii: Bool = false) -> Terminal {
        let isInteractive = isatty(descriptor) == 1
        var size = winsize()
        let hasSize = isInteractive && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        return detect(
            isInteractive: isInteractive,
            size: hasSize ? (Int(size.ws_col), Int(size.ws_row)) : nil,
            colour: colour, ascii: ascii,
            environment: { name in getenv(name).map { String(cString: $0) } }
        )
    }

    /// A locale is set and it is not UTF-8. With none set at all (a container, CI) UTF-8 is the better guess.
    private static func hasOtherCharset(_ environment: (String) -> String?) -> Bool {
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            guard let value = environment(name), !value.isEmpty else { continue }
            let lowered = value.lowercased()
            return !(lowered.contains("utf-8") || lowered.contains("utf8"))
        }
        return false
    }
}
