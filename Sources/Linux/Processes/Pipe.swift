import CLinux
import Glibc
import Synchronization
import SystemPackage

/// A pipe whose ends are closed one by one.
package final class Pipe: Sendable {
    private let ends: Mutex<(reader: OwnedDescriptor?, writer: OwnedDescriptor?)>

    package init() throws(LinuxError) {
        var pair: [Int32] = [-1, -1]
        try check(lesson_pipe(&pair), "make a pipe")
        let reader = OwnedDescriptor(pair[0])
        let writer = OwnedDescriptor(pair[1])
        ends = Mutex((reader, writer))
    }

    /// -1 once it was given away or closed, which `poll` skips.
    package var reader: Int32 { ends.withLock { $0.reader?.rawValue ?? -1 } }
    package var writer: Int32 { ends.withLock { $0.writer?.rawValue ?? -1 } }

    package func takeReader() -> OwnedDescriptor? { ends.withLock { take(&$0.reader) } }
    package func takeWriter() -> OwnedDescriptor? { ends.withLock { take(&$0.writer) } }
    package func closeWriter() { _ = takeWriter() }

    package func makeNonBlocking() {
        for fd in [reader, writer] where fd >= 0 {
            let flags = fcntl(fd, F_GETFL)
            if flags >= 0 { _ = fcntl(fd, F_SETFL, flags | O_NONBLOCK) }
        }
    }
}

private func take(_ end: inout OwnedDescriptor?) -> OwnedDescriptor? {
    defer { end = nil }
    return end
}

/// Wakes a thread that polls, from any other, once and for all.
package final class Wakeup: Sendable {
    private let event: OwnedDescriptor

    package init() throws(LinuxError) {
        event = OwnedDescriptor(try check(lesson_eventfd(), "make an event descriptor"))
    }

    /// Readable once `wake` was called.
    package var descriptor: Int32 { event.rawValue }

    package func wake() {
        var one: UInt64 = 1
        _ = write(event.rawValue, &one, 8)
    }

    package var isAwake: Bool { isAwake(within: 0) }

    /// Waits until `wake` is called, at most so many milliseconds.
    package func isAwake(within milliseconds: Int32) -> Bool {
        var polled = pollfd(fd: event.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, milliseconds) > 0
    }
}
