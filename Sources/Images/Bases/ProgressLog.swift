import Glibc
import Synchronization

/// Cuts what a program writes into lines for whoever waits, and keeps the end of it.
final class ProgressLog: Sendable {
    private struct State {
        var line: [UInt8] = []
        var tail: [UInt8] = []
    }

    private let state = Mutex(State())
    private let progress: @Sendable (String) -> Void

    init(_ progress: @escaping @Sendable (String) -> Void) { self.progress = progress }

    /// The last 64 KiB.
    var tail: [UInt8] { state.withLock { $0.tail } }

    func add(_ bytes: [UInt8]) {
        let lines = state.withLock { state in
            state.tail += bytes
            if state.tail.count > 128 << 10 { state.tail.removeFirst(state.tail.count - 64 << 10) }
            var lines: [String] = []
            for byte in bytes {
                if byte == 10 || byte == 13 {
                    if let words = Self.words(state.line) { lines.append(words) }
                    state.line = []
                } else if state.line.count < 4096 {
                    state.line.append(byte)
                }
            }
            return lines
        }
        for line in lines { progress(line) }
    }
}

extension ProgressLog {
    /// What mmdebstrap says of its stages, which end in dots; nil for the rest, which is about its own workings.
    private static func words(_ line: [UInt8]) -> String? {
        guard line.starts(with: "I: ".utf8) else { return nil }
        let words = String(decoding: line.dropFirst(3), as: UTF8.self)
        guard words.hasSuffix("..."), !words.contains("tempdir"), !words.contains("signed-by") else { return nil }
        return words
    }
}

/// The proxies that reach package mirrors.
enum HostProxy {
    /// From the environment, as apt and curl read it.
    static func apt(_ scheme: String) -> String? {
        for name in ["\(scheme)_proxy", "all_proxy"] {
            if let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty, !value.contains("\"") {
                return value
            }
        }
        return nil
    }
}
