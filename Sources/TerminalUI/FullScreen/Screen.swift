import Glibc

/// A terminal that a program has all to itself: raw input, the alternate screen, no cursor.
///
/// It is as it was before when ``close()`` returns, and when the value goes away. Control characters make no signals
/// meanwhile; the signals of others are for the program to notice, which then leaves its loop and closes.
package final class Screen {
    /// What happened.
    package enum Event: Hashable, Sendable {
        case key(Key)
        /// The window has another size.
        case resized
        /// Nothing, for as long as was asked for.
        case none
        /// Nobody is at the other end any more.
        case ended
    }

    private let input: CInt
    private let output: CInt
    private let terminal: Terminal
    private let before: termios
    private var decoder = KeyDecoder()
    private var keys: [Key] = []
    private var shown: [String] = []
    private var lastSize: (columns: Int, lines: Int)
    private var isOpen = true

    /// Takes the terminal over; nil where there is none.
    package init?(input: CInt, output: CInt, terminal: Terminal) {
        var state = termios()
        guard isatty(input) == 1, isatty(output) == 1, tcgetattr(input, &state) == 0 else { return nil }
        before = state
        self.input = input
        self.output = output
        self.terminal = terminal
        lastSize = Self.size(of: output) ?? (terminal.width, terminal.height)
        cfmakeraw(&state)
        guard tcsetattr(input, TCSADRAIN, &state) == 0 else { return nil }
        write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[2J")
    }

    deinit { close() }

    /// Gives the terminal back as it was.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        write("\u{1B}[?25h\u{1B}[?1049l")
        var state = before
        tcsetattr(input, TCSADRAIN, &state)
    }

    /// Columns and lines, as the terminal says now.
    package var size: (columns: Int, lines: Int) { lastSize }

    private static func size(of descriptor: CInt) -> (columns: Int, lines: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    // MARK: - In

    /// Waits for a key or another size, not longer than some milliseconds.
    package func next(milliseconds: Int32) -> Event {
        if let size = Self.size(of: output), size != lastSize {
            lastSize = size
            shown = []
            write("\u{1B}[H\u{1B}[2J")
            return .resized
        }
        if !keys.isEmpty { return .key(keys.removeFirst()) }
        var wait = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        // The rest of a sequence comes at once, or was never meant to be one.
        let ready = poll(&wait, 1, decoder.isWaiting ? min(50, milliseconds) : milliseconds)
        guard ready > 0 else {
            keys += decoder.flush()
            return keys.isEmpty ? .none : .key(keys.removeFirst())
        }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(input, &bytes, bytes.count)
        if count == 0 { return .ended }
        if count < 0 { return errno == EINTR || errno == EAGAIN ? .none : .ended }
        keys += decoder.decode(bytes[..<count])
        return keys.isEmpty ? .none : .key(keys.removeFirst())
    }

    // MARK: - Out

    /// Shows lines, from the top; only those that changed are sent.
    package func draw(_ lines: [StyledLine]) {
        let texts = lines.prefix(lastSize.lines).map {
            terminal.text($0.cut(to: lastSize.columns, ellipsis: terminal.glyphs.ellipsis))
        }
        var out = ""
        for row in 0..<lastSize.lines {
            let text = row < texts.count ? texts[row] : ""
            if row < shown.count, shown[row] == text { continue }
            out += "\u{1B}[\(row + 1);1H\u{1B}[2K\(text)"
        }
        shown = texts + [String](repeating: "", count: max(0, lastSize.lines - texts.count))
        write(out)
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[offset...])
                let count = Glibc.write(output, rest.baseAddress, rest.count)
                if count > 0 {
                    offset += count
                } else if count < 0, errno == EAGAIN {
                    var wait = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, 1000)
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }
}
