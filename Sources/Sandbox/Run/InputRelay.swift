import Glibc
import Linux

/// Fills a step's standard input through a pipe, never with a descriptor of ours: a runtime gives standard input to the
/// container's user, and with `/dev/null` it would give away the host's device.
///
/// A class, so that there is one holder of the pipe's end, and letting go of it closes it.
final class InputRelay {
    private var destination: OwnedDescriptor?
    private var waiting: [UInt8]
    private var sent = 0
    /// Our own descriptor that more comes from, -1 when there is no more.
    private var source: Int32

    /// - Parameter destination: what to write to, not blocking; closed when there is no more.
    init(_ input: SandboxInput, to destination: OwnedDescriptor?) {
        self.destination = destination
        switch input {
        case .null: (waiting, source) = ([], -1)
        case .inherit: (waiting, source) = ([], 0)
        case .bytes(let bytes): (waiting, source) = (bytes, -1)
        }
        closeIfDone()
    }

    /// What to wait for: room in the pipe, or more to send.
    var polled: [pollfd] {
        guard let destination else { return [] }
        if sent < waiting.count { return [pollfd(fd: destination.rawValue, events: Int16(POLLOUT), revents: 0)] }
        // The reader may go while we wait for our own input; poll tells of that unasked.
        return [
            pollfd(fd: source, events: Int16(POLLIN), revents: 0),
            pollfd(fd: destination.rawValue, events: 0, revents: 0),
        ]
    }

    /// Acts on what `poll` said of `polled`.
    func handle(_ answers: ArraySlice<pollfd>) {
        guard let destination, answers.contains(where: { $0.revents != 0 }) else { return }
        if sent < waiting.count {
            let put = waiting[sent...].withUnsafeBytes { write(destination.rawValue, $0.baseAddress, $0.count) }
            if put > 0 { sent += put }
            if put < 0, errno != EAGAIN, errno != EINTR { return close() }
        } else if let own = answers.first, own.fd >= 0, own.revents != 0 {
            var chunk = [UInt8](repeating: 0, count: 65536)
            let got = read(own.fd, &chunk, 65536)
            if got < 0, errno == EINTR || errno == EAGAIN { return }
            (waiting, sent) = (got > 0 ? Array(chunk[..<got]) : [], 0)
            if got <= 0 { source = -1 }
        } else if answers.last?.revents != 0 {
            return close()
        }
        closeIfDone()
    }

    private func closeIfDone() {
        if sent == waiting.count, source < 0 { close() }
    }

    private func close() {
        destination = nil
    }
}
