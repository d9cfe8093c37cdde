import Glibc

/// One of this process's own output streams.
struct Streams: Sendable {
    let descriptor: CInt

    static let output = Streams(descriptor: STDOUT_FILENO)
    static let error = Streams(descriptor: STDERR_FILENO)

    /// Writes everything, or gives up where nobody reads any more.
    func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes everything, or gives up where nobody reads any more.
    func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                offset += count
            } else if count < 0, errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if count == 0 || errno != EINTR {
                return
            }
        }
    }
}
