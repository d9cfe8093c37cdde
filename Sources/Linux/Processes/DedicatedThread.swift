import CLinux
import Glibc
import Synchronization

/// Threads of our own for calls that block, or that change what belongs to a thread.
///
/// The concurrency runtime has as many threads as there are processors, and blocking one of them may stop the program.
package enum DedicatedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread, in the background.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        let argument = Unmanaged.passRetained(Body(body)).toOpaque()
        let failed = lesson_thread(
            { argument in
                guard let argument else { return }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
            }, argument, 512 * 1024)
        if failed != 0 {
            // No thread is to be had: late is better than never.
            Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        }
    }

    /// Runs `body` on a new thread while the caller is suspended.
    package static func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            start {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Runs a short `body` on a new thread while the caller's thread waits.
    package static func runAndWait<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let box = Box<Value>()
        start { box.fill(body()) }
        return box.take()
    }
}

/// One value handed from one thread to another that waits for it.
private final class Box<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let ready: (read: Int32, write: Int32)

    init() {
        var ends: [Int32] = [-1, -1]
        _ = lesson_pipe(&ends)
        ready = (ends[0], ends[1])
    }

    deinit {
        close(ready.read)
        close(ready.write)
    }

    func fill(_ new: Value) {
        value.withLock { $0 = new }
        var byte: UInt8 = 1
        _ = write(ready.write, &byte, 1)
    }

    func take() -> Value {
        while true {
            if let value = value.withLock({ $0 }) { return value }
            var byte: UInt8 = 0
            if read(ready.read, &byte, 1) < 0 { sched_yield() }
        }
    }
}
