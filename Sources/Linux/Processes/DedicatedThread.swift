import CLinux
import Glibc
import Synchronization
import SystemPackage

/// An error that can say that no thread was to be had, with the kernel's reason.
package protocol ThreadRefusal: Error {
    init(_ error: LinuxError)
}

/// Threads of our own for calls that block, or that change what belongs to a thread.
///
/// The concurrency runtime has as many threads as there are processors, and blocking one of them may stop the program.
/// Where no thread is to be had (`ulimit -u`, the pids of a control group) that is an error like any other: to run the
/// body on the caller's thread instead would block it, or change what belongs to it for good.
package enum DedicatedThread {
    /// What an error says was tried.
    package static let operation = "start a thread"

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread, in the background.
    /// - Throws: when there is none to be had; `body` is not run then.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(LinuxError) {
        let argument = Unmanaged.passRetained(Body(body)).toOpaque()
        let failed = lesson_thread(
            { argument in
                guard let argument else { return }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
            }, argument, 512 * 1024)
        guard failed != 0 else { return }
        Unmanaged<Body>.fromOpaque(argument).release()
        throw LinuxError(operation, nil, Errno(rawValue: -failed))
    }

    /// Runs `body` on a new thread while the caller is suspended.
    /// - Throws: what `body` throws, and that no thread was to be had.
    package static func run<Value: Sendable, Failure: ThreadRefusal>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await result(of: body).get()
    }

    /// The same as a value, for callers who cannot pass an error of one type on.
    package static func result<Value: Sendable, Failure: ThreadRefusal>(
        of body: @escaping @Sendable () throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        await withCheckedContinuation { continuation in
            do throws(LinuxError) {
                try start {
                    do throws(Failure) {
                        continuation.resume(returning: .success(try body()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch {
                continuation.resume(returning: .failure(Failure(error)))
            }
        }
    }

    /// Runs a short `body` on a new thread while the caller's thread waits.
    package static func runAndWait<Value: Sendable>(
        _ body: @escaping @Sendable () throws(LinuxError) -> Value
    ) throws(LinuxError) -> Value {
        let box = try Box<Result<Value, LinuxError>>()
        try start {
            do throws(LinuxError) { box.fill(.success(try body())) } catch { box.fill(.failure(error)) }
        }
        return try box.take().get()
    }
}

extension LinuxError: ThreadRefusal {
    package init(_ error: LinuxError) { self = error }
}

/// One value handed from one thread to another that waits for it.
private final class Box<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let ready: Pipe

    init() throws(LinuxError) { ready = try Pipe() }

    func fill(_ new: Value) {
        value.withLock { $0 = new }
        var byte: UInt8 = 1
        _ = write(ready.writer, &byte, 1)
    }

    func take() -> Value {
        while true {
            if let value = value.withLock({ $0 }) { return value }
            var byte: UInt8 = 0
            if read(ready.reader, &byte, 1) < 0 { sched_yield() }
        }
    }
}
