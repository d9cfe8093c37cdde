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

    /// Starts to listen at `name` in `directory`.
    init(_ name: FilePath, in directory: RootedDirectory, upstream: FilePath) throws(LinuxError) {
        listener = try LocalSocket.listen(name, in: directory)
        stop = try Wakeup()
        self.upstream = upstream
    }

    /// Serves until ``close()``.
    func start() {
        DedicatedThread.start { self.accept() }
    }

    /// Ends all connections: a process that outlived its step could do no more.
    func close() { stop.wake() }

    private func accept() {
        while AgentConnection.wait(listener.rawValue, for: POLLIN, unless: stop) {
            let descriptor = Glibc.accept(listener.rawValue, nil, nil)
            if descriptor < 0 { continue }
            let client = OwnedDescriptor(descriptor)
            guard connections.add(1, ordering: .relaxed).newValue <= Self.connectionLimit else {
                connections.subtract(1, ordering: .relaxed)
                continue
            }
            DedicatedThread.start {
                if let agent = try? LocalSocket.connect(to: self.upstream) {
                    AgentConnection(client: client, agent: agent, stop: self.stop).serve()
                }
                self.connections.subtract(1, ordering: .relaxed)
            }
        }
    }
}
