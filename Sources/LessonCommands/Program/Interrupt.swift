import Glibc
import Synchronization

/// Ctrl-C and its kin, for commands that run in the engine: the first cancels the command's task, which takes down
/// what it started; a second one ends at once. All other commands leave nothing behind and simply end.
///
/// Such a command takes them from when it begins: while it looks something up outside of the engine's namespaces one
/// ends it (``wait(for:onSignal:)``), while the engine is being started they are kept and passed on inside.
///
/// The signals are blocked before there is a second thread, so in every thread, and the main thread waits for them: no
/// handler's rules apply. (The runtime's own way to park the main thread unblocks all signals there.)
enum Interrupt {
    private static let received = Atomic<CInt>(0)

    /// The signal that has asked us to stop, if any has.
    static var signal: CInt? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Keeps the signals from ending this process; called while there is one thread.
    static func block() { setMask(signals) }

    /// Keeps away all that the process outside of the engine's namespaces forwards, and news of its child: until the
    /// engine is on its way nobody else is to take them, and then one thread does.
    static func blockForwarded() { setMask(forwarded) }

    /// Lets them end this process again.
    static func unblock() {
        var set = mask(forwarded)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Waits for signals for as long as the process lives.
    static func wait(cancelling task: Task<Void, Never>) -> Never {
        var set = mask(signals)
        var first: ContinuousClock.Instant?
        while true {
            var number: CInt = 0
            guard sigwait(&set, &number) == 0 else { continue }
            if let first {
                // One Ctrl-C may arrive twice: from the terminal, and from whoever forwards it.
                if ContinuousClock.now - first > .milliseconds(300) { _exit(128 + number) }
            } else {
                first = .now
                received.store(number, ordering: .relaxed)
                task.cancel()
            }
        }
    }

    /// Runs something outside of the engine's namespaces, on other threads, and returns its value. The first signal ends
    /// the waiting: `onSignal` is told which one, and does not return. To be called with the signals blocked.
    static func wait<Value: Sendable>(
        for body: @escaping @Sendable () async -> Value, onSignal: (CInt) -> Never
    ) -> Value {
        let result = Mutex<Value?>(nil)
        let waiting = pthread_self()
        Task.detached {
            let value = await body()
            result.withLock { $0 = value }
            // Sent to the thread that waits, so that it waits for one thing. Nobody else is in want of it: there are no
            // children yet.
            pthread_kill(waiting, SIGCHLD)
        }
        var set = mask(signals + [SIGCHLD])
        while true {
            if let value = result.withLock({ $0 }) { return value }
            var number: CInt = 0
            if sigwait(&set, &number) == 0, number != SIGCHLD { onSignal(number) }
        }
    }

    /// A signal that has come and that nobody has taken yet.
    static var kept: CInt? {
        var set = sigset_t()
        guard sigpending(&set) == 0 else { return nil }
        return signals.first { sigismember(&set, $0) == 1 }
    }

    /// Without those that whoever started us wants to be ignored (nohup): a blocked one comes all the same.
    private static let signals = [SIGINT, SIGTERM, SIGHUP].filter { number in
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return true }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) != 1
    }
    private static let forwarded = signals + [SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD]

    private static func setMask(_ numbers: [CInt]) {
        var set = mask(numbers)
        pthread_sigmask(SIG_SETMASK, &set, nil)
    }

    private static func mask(_ numbers: [CInt]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }
}
