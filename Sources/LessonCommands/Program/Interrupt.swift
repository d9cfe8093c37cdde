import Glibc
import Synchronization

/// Ctrl-C and its kin: the first cancels the command's task, which takes down what it started; the second ends at once.
///
/// A handler may do almost nothing (signal-safety(7)), so it writes a byte to a pipe that a thread reads.
enum Interrupt {
    private static let pipe = Atomic<CInt>(-1)
    private static let received = Atomic<CInt>(0)

    /// Whether a signal has asked us to stop.
    static var wasReceived: Bool { received.load(ordering: .relaxed) != 0 }

    /// Runs some work in a task that SIGINT, SIGTERM and SIGHUP cancel.
    static func cancelling<T: Sendable>(_ work: @escaping @Sendable () async throws -> T) async throws -> T {
        let task = Task { try await work() }
        listen { task.cancel() }
        return try await task.value
    }

    private static func listen(_ cancel: @escaping @Sendable () -> Void) {
        var ends: [CInt] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return }
        let reading = ends[0]
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // The reading end blocks, the writing end never does: a handler must not.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        pipe.store(ends[1], ordering: .relaxed)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let saved = errno
            if Interrupt.received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
            var byte: UInt8 = 1
            _ = write(Interrupt.pipe.load(ordering: .relaxed), &byte, 1)
            errno = saved
        }
        action.sa_flags = SA_RESTART
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // Who started us with a signal ignored (nohup) wants it ignored.
            var before = sigaction()
            sigaction(number, nil, &before)
            guard before.__sigaction_handler.sa_handler.map({ unsafeBitCast($0, to: Int.self) }) != 1 else { continue }
            sigaction(number, &action, nil)
        }
        let waiting = Waiting(descriptor: reading, cancel: cancel)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(waiting).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Waiting>.fromOpaque(context).takeRetainedValue().wait()
                return nil
            }, context)
        if status == 0 { pthread_detach(thread) } else { Unmanaged<Waiting>.fromOpaque(context).release() }
    }

    private final class Waiting: Sendable {
        let descriptor: CInt
        let cancel: @Sendable () -> Void

        init(descriptor: CInt, cancel: @escaping @Sendable () -> Void) {
            self.descriptor = descriptor
            self.cancel = cancel
        }

        func wait() {
            var byte: UInt8 = 0
            while true {
                let count = read(descriptor, &byte, 1)
                if count == 1 { return cancel() }
                if count == 0 || errno != EINTR { return }
            }
        }
    }
}
