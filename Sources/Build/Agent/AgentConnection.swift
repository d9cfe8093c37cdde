import Glibc
import Linux

/// One process of a step talking to an agent: request, answer, request, answer (draft-ietf-sshm-ssh-agent, section 3).
struct AgentConnection {
    let client: OwnedDescriptor
    let agent: OwnedDescriptor
    let stop: Wakeup

    /// The largest message, as in OpenSSH.
    private static let messageLimit = 256 << 10
    /// `SSH_AGENT_FAILURE`, with its length.
    private static let refusal: [UInt8] = [0, 0, 0, 1, 5]

    /// Whether a request only looks at keys or uses one: `SSH_AGENTC_REQUEST_IDENTITIES`, `SSH_AGENTC_SIGN_REQUEST`.
    static func isAllowed(_ kind: UInt8) -> Bool { kind == 11 || kind == 13 }

    /// Serves until one of the two is gone or the step is over.
    func serve() {
        while let request = message(from: client) {
            let answer = Self.isAllowed(request[4]) ? ask(request) : Self.refusal
            guard let answer, write(answer, to: client) else { return }
        }
    }

    private func ask(_ request: [UInt8]) -> [UInt8]? {
        write(request, to: agent) ? message(from: agent) : nil
    }

    /// A whole message with its length in front; nil at the end, or when it is none.
    private func message(from peer: OwnedDescriptor) -> [UInt8]? {
        guard let head = read(4, from: peer) else { return nil }
        let length = head.reduce(0) { $0 << 8 | Int($1) }
        guard (1...Self.messageLimit).contains(length), let body = read(length, from: peer) else { return nil }
        return head + body
    }

    private func read(_ count: Int, from peer: OwnedDescriptor) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            guard Self.wait(peer.rawValue, for: POLLIN, unless: stop) else { return nil }
            let got = bytes.withUnsafeMutableBytes { buffer in
                recv(peer.rawValue, buffer.baseAddress.map { $0 + done }, count - done, Int32(MSG_DONTWAIT))
            }
            if got < 0, errno == EAGAIN || errno == EINTR { continue }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }

    private func write(_ bytes: [UInt8], to peer: OwnedDescriptor) -> Bool {
        var done = 0
        while done < bytes.count {
            guard Self.wait(peer.rawValue, for: POLLOUT, unless: stop) else { return false }
            let put = bytes.withUnsafeBytes { buffer in
                send(
                    peer.rawValue, buffer.baseAddress.map { $0 + done }, bytes.count - done,
                    Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
            if put < 0, errno == EAGAIN || errno == EINTR { continue }
            guard put > 0 else { return false }
            done += put
        }
        return true
    }

    /// Waits until a descriptor is ready; false when it is time to stop.
    static func wait(_ descriptor: Int32, for events: Int32, unless stop: Wakeup) -> Bool {
        var polled = [
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
        ]
        while true {
            let ready = poll(&polled, 2, -1)
            if ready < 0, errno == EINTR { continue }
            return ready > 0 && polled[0].revents == 0
        }
    }
}
