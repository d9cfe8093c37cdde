import Glibc
import Synchronization

/// Ctrl-C and its kin, for commands that run in the engine: the first cancels the command's task, which takes down
/// what it started; a second one ends at once. All other commands leave nothing behind and simply end.
///
/// The signals are blocked in every thread and taken by one that waits for them, so that no handler's rules apply. The
/// process outside of the engine's namespaces forwards them by itself: there, nobody else may take them.
enum Interrupt {
    private static let received = Atomic<CInt>(0)

    /// The signal that has asked us to stop, if any has.
    static var signal: CInt? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Keeps the signals from ending this process. Called on the main thread before there are others of ours.
    /// - Parameter isForwarding: whether this is the process outside of the engine's namespaces. It takes all that it
    ///   forwards, and news of its child, from a descriptor (signalfd(2)), which gets only what no thread takes first.
    static func block(isForwarding: Bool) {
        var set = signals
        if isForwarding {
            for number in [SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD] { sigaddset(&set, number) }
        }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Runs some work in a task that the signals cancel.
    /// - Parameter isListening: false leaves the signals to somebody else.
    static func cancelling<T: Sendable>(
        isListening: Bool, _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let task = Task { try await work() }
        if isListening { listen { task.cancel() } }
        return try await task.value
    }

    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, number) }
        return set
    }

    private static func listen(_ cancel: @escaping @Sendable () -> Void) {
        let listener = Unmanaged.passRetained(Listener(cancel: cancel))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Listener>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, listener.toOpaque())
        if status == 0 { pthread_detach(thread) } else { listener.release() }
    }

    private final class Listener: Sendable {
        let cancel: @Sendable () -> Void

        init(cancel: @escaping @Sendable () -> Void) { self.cancel = cancel }

        func run() {
            var set = Interrupt.signals
            var first: ContinuousClock.Instant?
            while true {
                var number: CInt = 0
                guard sigwait(&set, &number) == 0 else { continue }
                if let first {
                    // One Ctrl-C may arrive twice: from the terminal, and from whoever forwards it.
                    if ContinuousClock.now - first > .milliseconds(300) { _exit(128 + number) }
                } else {
                    first = .now
                    Interrupt.received.store(number, ordering: .relaxed)
                    cancel()
                }
            }
        }
    }
}
