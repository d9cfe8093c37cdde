import Synchronization

extension BuildFailure {
    /// Takes over what the step that failed printed last.
    mutating func quote(_ tail: TailBuffer) {
        lastOutput = tail.content
        lastOutputByStream = tail.byStream
    }
}

/// The last output of a step, at most 64 KiB.
final class TailBuffer: Sendable {
    static let limit = 64 << 10

    private struct Tail {
        private var bytes: [UInt8] = []

        mutating func append(_ more: [UInt8]) {
            bytes += more.suffix(TailBuffer.limit)
            // Cut rarely, so that each byte moves a bounded number of times.
            if bytes.count > 4 * TailBuffer.limit { bytes.removeFirst(bytes.count - TailBuffer.limit) }
        }

        var content: [UInt8] { Array(bytes.suffix(TailBuffer.limit)) }
    }

    private let tails = Mutex((all: Tail(), output: Tail(), errors: Tail()))

    func append(_ more: [UInt8], of stream: BuildStream) {
        tails.withLock { tails in
            tails.all.append(more)
            switch stream {
            case .standardOutput: tails.output.append(more)
            case .standardError: tails.errors.append(more)
            }
        }
    }

    /// As it came.
    var content: [UInt8] { tails.withLock { $0.all.content } }

    /// Standard output, then standard error: how two pipes take turns is not the same in every run.
    var byStream: [UInt8] {
        tails.withLock { tails in
            let output = tails.output.content
            let isWholeLine = output.isEmpty || output.last == UInt8(ascii: "\n")
            return output + (isWholeLine ? [] : [UInt8(ascii: "\n")]) + tails.errors.content
        }
    }
}
