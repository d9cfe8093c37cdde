import Glibc
import Synchronization

/// Ctrl-C and its kin, for commands that run in the engine: the first cancels the command's task, which takes down
/// what it started; a second one ends at once. All other commands leave nothing behind and simply end.
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

    /// Keeps away all that the process outside of the engine's namespaces forwards, and news of its child: it takes them
    /// from a descriptor (signalfd(2)), which gets only what no thread takes first.
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

    private static let signals = [SIGINT, SIGTERM, SIGHUP]
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
