import CLinux
import Glibc
import Synchronization
import SystemPackage

extension ChildProcess {
    /// Starts a program, feeds it, collects what it writes, and waits until it is over. Cancelling the task kills it.
    ///
    /// - Parameters:
    ///   - input: for its standard input, unless the command names another.
    ///   - deadline: how long it may run.
    ///   - outputLimit: bytes of both outputs together; more ends it.
    ///   - onOutput: gets output as it comes, on a thread of its own; what it gets is not collected.
    package static func run(
        _ command: Command, input: [UInt8] = [], deadline: Duration? = nil, outputLimit: Int = 64 << 20,
        onOutput: (@Sendable (Stream, [UInt8]) -> Void)? = nil
    ) async throws(LinuxError) -> Completion {
        let cancellation = try Wakeup()
        let result: Result<Completion, LinuxError> = await withTaskCancellationHandler {
            await DedicatedThread.result { () throws(LinuxError) in
                try runBlocking(
                    command, input: input, deadline: deadline, outputLimit: outputLimit, cancellation: cancellation,
                    onOutput: onOutput)
            }
        } onCancel: {
            cancellation.wake()
        }
        return try result.get()
    }

    /// The same on this thread.
    package static func runBlocking(
        _ command: Command, input: [UInt8] = [], deadline: Duration? = nil, outputLimit: Int = 64 << 20,
        cancellation: Wakeup? = nil, onOutput: (@Sendable (Stream, [UInt8]) -> Void)? = nil
    ) throws(LinuxError) -> Completion {
        var command = command
        let start = Clock.now
        let end = deadline.map { start + $0.nanoseconds }
        let output = try Pipe()
        let errors = try Pipe()
        var feed: Pipe?
        if command.descriptors[0] == nil, !input.isEmpty {
            let pipe = try Pipe()
            feed = pipe
            command.descriptors[0] = pipe.takeReader()
            pipe.makeNonBlocking()
        }
        if command.descriptors[1] == nil { command.descriptors[1] = output.takeWriter() }
        if command.descriptors[2] == nil { command.descriptors[2] = errors.takeWriter() }
        let process = try spawn(command)
        // Our copies go, or a pipe would never end.
        command.descriptors = [:]
        output.closeWriter()
        errors.closeWriter()

        var completion = Completion(ending: .exited(0), standardOutput: [], standardError: [], wall: .zero)
        var ended: Ending?
        var forced: Ending?
        var fed = 0
        var total = 0
        var open: [(stream: Stream, pipe: Pipe)] = [(.standardOutput, output), (.standardError, errors)]
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            if ended == nil, let over = process.poll() { ended = over.ending }
            // A grandchild that keeps the pipe open must not keep us: once the process is over, take what is there.
            if ended != nil, open.isEmpty { break }
            var polled = open.map { pollfd(fd: $0.pipe.reader, events: Int16(POLLIN), revents: 0) }
            polled.append(pollfd(fd: ended == nil ? process.pidfd.rawValue : -1, events: Int16(POLLIN), revents: 0))
            polled.append(pollfd(fd: cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0))
            polled.append(pollfd(fd: feed?.writer ?? -1, events: Int16(POLLOUT), revents: 0))
            var timeout: Int32 = ended == nil ? -1 : 0
            if ended == nil, let end { timeout = Int32(clamping: max(0, (end - Clock.now) / 1_000_000 + 1)) }
            let ready = Glibc.poll(&polled, UInt(polled.count), timeout)
            if ended != nil, ready == 0 { break }
            if ended == nil, forced == nil {
                if let end, Clock.now >= end { forced = .timedOut }
                if polled[open.count + 1].revents != 0 { forced = .signalled(SIGKILL) }
                if forced != nil { process.kill() }
            }
            if let pipe = feed, polled[open.count + 2].revents != 0 {
                let put = input[fed...].withUnsafeBytes { write(pipe.writer, $0.baseAddress, $0.count) }
                if put > 0 { fed += put }
                if fed == input.count || (put < 0 && Errno.last != .wouldBlock && Errno.last != .interrupted) {
                    pipe.closeWriter()
                    feed = nil
                }
            }
            for index in open.indices.reversed() where polled[index].revents != 0 {
                let size = chunk.count
                let got = read(open[index].pipe.reader, &chunk, size)
                if got < 0, Errno.last == .interrupted { continue }
                guard got > 0 else {
                    open.remove(at: index)
                    continue
                }
                total += got
                if total > outputLimit {
                    if forced == nil { forced = .tooMuchOutput }
                    process.kill()
                    continue
                }
                let bytes = Array(chunk[..<got])
                if let onOutput {
                    onOutput(open[index].stream, bytes)
                } else if open[index].stream == .standardOutput {
                    completion.standardOutput += bytes
                } else {
                    completion.standardError += bytes
                }
            }
            if ended != nil, forced != nil { break }
        }
        completion.ending = forced ?? ended ?? .signalled(SIGKILL)
        completion.wall = Clock.since(start)
        return completion
    }
}

extension Duration {
    /// Whole nanoseconds, at most what an `Int64` holds (292 years).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow
            ? (seconds < 0 ? .min : .max) : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }

    /// In seconds, for people and reports.
    package var seconds: Double { Double(nanoseconds) / 1e9 }
}
