import Sandbox
import Synchronization

/// Collects what a program prints, from the threads it comes on, up to a limit.
final class RunOutput: Sendable {
    private let limit: Int
    private let state = Mutex<(out: [UInt8], error: [UInt8])>(([], []))

    init(limit: Int) {
        self.limit = limit
    }

    func append(_ bytes: [UInt8], to stream: OutputStream) {
        state.withLock { state in
            let left = limit - state.out.count - state.error.count
            guard left > 0 else { return }
            switch stream {
            case .standardOutput: state.out += bytes.prefix(left)
            case .standardError: state.error += bytes.prefix(left)
            }
        }
    }

    var collected: (out: [UInt8], error: [UInt8]) { state.withLock { $0 } }
}
