import CLinux
import Glibc
import Linux
import SystemPackage

/// Watches one run from start to end: passes its output on, and ends it when a limit is reached.
final class Supervisor {
    private let spec: SandboxSpec
    private let group: ControlGroup?
    private let owner: UInt32
    private let cancellation: Wakeup
    private let pidFile: FilePath
    private let output: @Sendable (OutputStream, [UInt8]) -> Void
    private(set) var wasCancelled = false
    private var stopped: LimitExceeded?
    private var outputBytes: Int64 = 0
    private var disk: DiskWatch?
    private var cpu: Duration = .zero

    /// How long between looks at the limits that nobody wakes us for.
    private static let interval: Int64 = 50_000_000
    /// The same while processes that no control group counts become many.
    private static let shortInterval: Int64 = 4_000_000
    private var isGrowing = false

    init(
        spec: SandboxSpec, group: ControlGroup?, owner: UInt32,
        written: (directory: FilePath, before: DiskUsage)?, pidFile: FilePath, cancellation: Wakeup,
        output: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) throws(LinuxError) {
        self.spec = spec
        self.group = group
        self.owner = owner
        self.cancellation = cancellation
        self.pidFile = pidFile
        self.output = output
        disk = DiskWatch(written?.directory ?? spec.upper, before: written?.before ?? DiskUsage(), limits: spec.limits)
    }

    func run(_ base: ChildProcess.Command) throws(LinuxError) -> SandboxOutcome {
        var command = base
        let terminal = spec.terminal ? try Terminal() : nil
        defer { terminal?.restore() }
        var sources: [(stream: OutputStream, file: OwnedDescriptor)] = []
        let relay: InputRelay
        if let terminal {
            for number: Int32 in 0...2 { command.descriptors[number] = terminal.takeTerminal(last: number == 2) }
            command.controllingTerminal = 0
            relay = InputRelay(spec.standardInput, to: try terminal.duplicate())
            sources = [(.standardOutput, try terminal.duplicate())]
        } else {
            let pipes = [try Pipe(), try Pipe(), try Pipe()]
            // `/dev/stdout` opens the pipe anew, which its owner decides on.
            own(pipes[0].reader)
            own(pipes[1].writer)
            own(pipes[2].writer)
            command.descriptors[0] = pipes[0].takeReader()
            pipes[0].makeNonBlocking()
            relay = InputRelay(spec.standardInput, to: pipes[0].takeWriter())
            for (index, stream) in [(1, OutputStream.standardOutput), (2, .standardError)] {
                command.descriptors[Int32(index)] = pipes[index].takeWriter()
                if let reader = pipes[index].takeReader() { sources.append((stream, reader)) }
            }
        }
        let start = Clock.now
        let process = try ChildProcess.spawn(command)
        command.descriptors = [:]
        let ending = watch(process, start, sources, relay, terminal)
        let wall = Clock.since(start)
        checkGroup()
        if stopped == nil, !wasCancelled, let over = disk?.exceeded(last: true, written: { 0 }) { stopped = over }
        if stopped == nil { stopped = limitOfSignal(ending) }
        let result: SandboxOutcome.Ending =
            if let stopped {
                .stopped(stopped)
            } else {
                switch ending {
                case .exited(let code): .exited(code)
                case .signalled(let signal): .signalled(signal)
                case .timedOut, .tooMuchOutput: .signalled(SIGKILL)
                }
            }
        return SandboxOutcome(ending: result, wall: wall, cpu: cpu, outputBytes: outputBytes)
    }

    private func own(_ descriptor: Int32) {
        if owner != 0 { _ = fchown(descriptor, owner, owner) }
    }

    /// The loop: output, input, end, cancellation, and the limits in between.
    private func watch(
        _ process: ChildProcess.Running, _ start: Int64, _ sources: [(stream: OutputStream, file: OwnedDescriptor)],
        _ input: InputRelay, _ terminal: Terminal?
    ) -> ChildProcess.Ending {
        var open = sources

        var ended: ChildProcess.Ending?
        var nextLook = start + (group == nil ? Self.shortInterval : Self.interval / 4)
        var chunk = [UInt8](repeating: 0, count: 65536)
        let deadline = spec.limits.wall.map { start + $0.nanoseconds }
        while true {
            if ended == nil, let over = process.poll() {
                ended = over.ending
                if group == nil { cpu = max(cpu, over.cpu) }
            }
            if ended != nil, open.isEmpty { break }
            var polled = open.map { pollfd(fd: $0.file.rawValue, events: Int16(POLLIN), revents: 0) }
            polled.append(pollfd(fd: ended == nil ? process.pidfd.rawValue : -1, events: Int16(POLLIN), revents: 0))
            polled.append(pollfd(fd: wasCancelled ? -1 : cancellation.descriptor, events: Int16(POLLIN), revents: 0))
            polled += ended == nil ? input.polled : []
            let wait = ended == nil ? max(0, nextLook - Clock.now) : 20_000_000
            let ready = Glibc.poll(&polled, UInt(polled.count), Int32(clamping: wait / 1_000_000 + 1))
            if ended != nil, ready == 0 { break }
            if polled[open.count + 1].revents != 0, !wasCancelled {
                wasCancelled = true
                end(process)
            }
            input.handle(polled[(open.count + 2)...])
            for index in open.indices.reversed() where polled[index].revents != 0 {
                let size = chunk.count
                let got = read(open[index].file.rawValue, &chunk, size)
                if got < 0, errno == EINTR { continue }
                if got > 0 { take(chunk[..<got], open[index].stream, process) } else { open.remove(at: index) }
            }
            if ended == nil, stopped == nil, !wasCancelled, Clock.now >= nextLook {
                look(process, deadline)
                terminal?.followSize(pidFile: pidFile)
                nextLook = Clock.now + (isGrowing ? Self.shortInterval : Self.interval)
            } else if ended == nil, stopped != nil || wasCancelled, Clock.now >= nextLook {
                // Something was started while we were ending the rest.
                end(process)
                nextLook = Clock.now + Self.interval
            }
        }
        return ended ?? .signalled(SIGKILL)
    }

    private func take(_ bytes: ArraySlice<UInt8>, _ stream: OutputStream, _ process: ChildProcess.Running) {
        let before = outputBytes
        outputBytes += Int64(bytes.count)
        var bytes = bytes
        if let limit = spec.limits.outputBytes, outputBytes > Int64(limit) {
            bytes = bytes.prefix(Int(max(0, Int64(limit) - before)))
            stop(LimitExceeded(kind: .outputBytes, limit: Int64(limit)), process)
        }
        if !bytes.isEmpty, !wasCancelled { output(stream, Array(bytes)) }
    }

    private func stop(_ limit: LimitExceeded, _ process: ChildProcess.Running) {
        guard stopped == nil else { return }
        stopped = limit
        end(process)
    }

    private func end(_ process: ChildProcess.Running) {
        if let group {
            group.killAll()
        } else {
            // While the runtime lives, what it started can be found below it.
            ProcessTree.kill(below: process.pid)
        }
        process.kill()
    }

    private func look(_ process: ChildProcess.Running, _ deadline: Int64?) {
        checkGroup()
        if stopped != nil { return end(process) }
        if let deadline, let wall = spec.limits.wall, Clock.now >= deadline {
            return stop(LimitExceeded(kind: .wall, limit: Self.seconds(wall)), process)
        }
        checkTree(process)
        if stopped != nil { return end(process) }
        let exceeded = disk?.exceeded {
            ProcessTree.writtenBytes(self.group?.processes ?? ProcessTree.processes(below: process.pid))
        }
        if let exceeded { stop(exceeded, process) }
    }

    private static func seconds(_ duration: Duration) -> Int64 {
        max(1, (duration.nanoseconds + 999_999_999) / 1_000_000_000)
    }

    /// What the control group counts.
    private func checkGroup() {
        guard let group else { return }
        let usage = group.usage()
        if let used = usage.cpu { cpu = used }
        guard stopped == nil else { return }
        if usage.memoryKills > 0, let limit = spec.limits.memory {
            stopped = LimitExceeded(kind: .memory, limit: limit)
        } else if usage.refusedForks > 0, let limit = spec.limits.processes {
            stopped = LimitExceeded(kind: .processes, limit: Int64(limit))
        } else if let limit = spec.limits.cpu, let used = usage.cpu, used > limit {
            stopped = LimitExceeded(kind: .cpu, limit: Self.seconds(limit))
        }
    }

    /// What it does not: we count ourselves.
    private func checkTree(_ process: ChildProcess.Running) {
        let counts = (
            group?.controls(.memory) ?? false, group?.controls(.pids) ?? false, group?.controls(.cpuacct) ?? false
        )
        if counts == (true, true, true) { return }
        let usage = ProcessTree.usage(below: process.pid)
        if !counts.2 { cpu = max(cpu, usage.cpu) }
        isGrowing = !counts.1 && (spec.limits.processes.map { usage.processes > $0 / 4 } ?? false)
        // Between two looks many processes take much memory too: it is their number that says what is wrong.
        if !counts.1, let limit = spec.limits.processes, usage.processes > limit {
            stopped = LimitExceeded(kind: .processes, limit: Int64(limit))
        } else if !counts.0, let limit = spec.limits.memory, usage.residentBytes > limit {
            stopped = LimitExceeded(kind: .memory, limit: limit)
        } else if !counts.2, let limit = spec.limits.cpu, usage.cpu > limit {
            stopped = LimitExceeded(kind: .cpu, limit: Self.seconds(limit))
        }
    }

    /// The kernel's own signals for a limit that one process met.
    private func limitOfSignal(_ ending: ChildProcess.Ending) -> LimitExceeded? {
        if wasCancelled { return nil }
        let signal: Int32
        switch ending {
        case .exited(let code): signal = code - 128
        case .signalled(let number): signal = number
        case .timedOut, .tooMuchOutput: return nil
        }
        if signal == SIGXFSZ, let limit = spec.limits.writtenBytes {
            return LimitExceeded(kind: .writtenBytes, limit: limit)
        }
        // Whoever ignores the first signal is killed by the second. Where no control group counts, the time of what
        // ran between two looks is known only now.
        if let limit = spec.limits.cpu, signal == SIGXCPU || signal == SIGKILL && cpu >= limit {
            return LimitExceeded(kind: .cpu, limit: Self.seconds(limit))
        }
        return nil
    }
}
