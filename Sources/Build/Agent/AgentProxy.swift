import Glibc
import Linux
import Synchronization
import SystemPackage

/// Stands between a step and the agent of the person who builds, for as long as the step runs.
///
/// A step may ask which keys there are and have something signed, as with Docker. Everything else an agent can do (give
/// keys away, take or remove some, lock itself, extensions) is answered with a refusal here, so that nothing of the
/// person's agent is changed by a build.
final class AgentProxy: Sendable {
    private let listener: OwnedDescriptor
    private let stop: Wakeup
    private let upstream: FilePath
    private let connections = Atomic<Int>(0)

    /// More than a step needs, fewer than would be felt.
    private static let connectionLimit = 32

    /// Kept open for nothing else than to be given up where no other descriptor is to be had: only with one can a
    /// connection be taken off the queue, and one that stays there would be announced again at once, for ever.
    private let spare: Mutex<OwnedDescriptor?>
    private let calls: Calls

    /// What the kernel may refuse; tests refuse it themselves.
    struct Calls: Sendable {
        var accept: @Sendable (_ listener: Int32) throws(Errno) -> OwnedDescriptor = { listener throws(Errno) in
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { throw Errno(rawValue: errno) }
            return OwnedDescriptor(descriptor)
        }
        var startThread: @Sendable (_ body: @escaping @Sendable () -> Void) throws(LinuxError) -> Void = {
            body throws(LinuxError) in try DedicatedThread.start(body)
        }
    }

    /// Starts to listen at `name` in `directory`.
    init(
        _ name: FilePath, in directory: RootedDirectory, upstream: FilePath, calls: Calls = Calls()
    ) throws(LinuxError) {
        listener = try LocalSocket.listen(name, in: directory)
        stop = try Wakeup()
        spare = Mutex(Self.spareDescriptor())
        self.upstream = upstream
        self.calls = calls
    }

    private static func spareDescriptor() -> OwnedDescriptor? {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        return descriptor < 0 ? nil : OwnedDescriptor(descriptor)
    }

    /// Serves until ``close()``.
    /// - Throws: when no thread is to be had for it.
    func start() throws(LinuxError) {
        try calls.startThread { self.accept() }
    }

    /// Ends all connections: a process that outlived its step could do no more.
    func close() { stop.wake() }

    private func accept() {
        while AgentConnection.wait(listener.rawValue, for: POLLIN, unless: stop) {
            do throws(Errno) {
                serve(try calls.accept(listener.rawValue))
            } catch {
                let lacking: [Errno] = [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noBufferSpace]
                // Else whoever connected is gone again, or the like: the queue is shorter by one.
                if lacking.contains(error) { hangUp() }
            }
        }
    }

    /// Takes a connection by giving up the spare descriptor, and closes it. Where even that is refused there is nothing
    /// to be done but to wait a little.
    private func hangUp() {
        spare.withLock { $0 = nil }
        let wasTaken = (try? calls.accept(listener.rawValue)) != nil
        spare.withLock { $0 = Self.spareDescriptor() }
        if !wasTaken { _ = stop.isAwake(within: 100) }
    }

    /// Serves a client on a thread of its own; without one to be had, hangs up on it: a step can ask again.
    private func serve(_ client: OwnedDescriptor) {
        guard connections.add(1, ordering: .relaxed).newValue <= Self.connectionLimit else {
            connections.subtract(1, ordering: .relaxed)
            return
        }
        do throws(LinuxError) {
            try calls.startThread {
                if let agent = try? LocalSocket.connect(to: self.upstream) {
                    AgentConnection(client: client, agent: agent, stop: self.stop).serve()
                }
                self.connections.subtract(1, ordering: .relaxed)
            }
        } catch {
            connections.subtract(1, ordering: .relaxed)
        }
    }
}
