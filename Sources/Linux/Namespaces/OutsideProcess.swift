import CLinux
import Glibc
import SystemPackage

/// The process that stays outside: it starts the engine, passes signals on, waits, cleans up.
struct OutsideProcess {
    private let plan: IdentityPlan
    private let controlGroup: ControlGroup?
    private let scratch: FilePath
    private let ownsScratch: Bool
    private let started: lesson_engine_started
    private let signals: OwnedDescriptor
    /// How our terminal was, for when the engine is killed while it has it in its hands.
    private let terminalState: [UInt8]?

    /// Starts the engine; when this returns it is on its way.
    ///
    /// Signals that come meanwhile are kept: those that ask to end are passed on, or end the start of it. In that case,
    /// and where it fails, they are kept still for a caller who has blocked them, and do what they do for any other.
    ///
    /// - Parameter holdingSignals: whether the program inside begins with those blocked, and takes them when it is ready.
    init(holdingSignals: Bool) throws(EngineNamespaceError) {
        var mask = sigset_t()
        lesson_signals_hold(&mask)
        var isOnItsWay = false
        defer { if !isOnItsWay { lesson_signals_restore(&mask) } }
        var state = [UInt8](repeating: 0, count: Int(LESSON_TERMINAL_STATE))
        terminalState = lesson_terminal_state(0, &state) == 0 ? state : nil
        plan = IdentityPlan.best(uid: getuid(), gid: getgid())
        ControlGroup.removeStale()
        let groups = ControlGroup.invocationName().flatMap { ControlGroup.makeInvocation(name: $0) }
        controlGroup = groups?.group
        (scratch, ownsScratch) = try Self.chooseScratch()
        do throws(LinuxError) {
            let context = EngineContext(
                ids: plan.mapping, controlGroup: controlGroup, invokingUser: getuid(), invokingGroup: getgid(),
                scratch: scratch)
            started = try Self.start(context, groups?.engine, plan, holdingSignals)
        } catch {
            controlGroup?.remove()
            if ownsScratch { rmdir(scratch.string) }
            throw EngineNamespaceError(
                "cannot make the namespaces that the engine needs", hint: Self.hint(error), underlying: error)
        }
        do throws(LinuxError) {
            try Self.map(started.pid, plan)
            // The last moment at which a signal may have reached us alone: what the terminal sends from here on reaches
            // those inside as well, which keep it until they are ready.
            if lesson_signal_kept() != 0 { throw LinuxError("start the engine", nil, .interrupted) }
            signals = OwnedDescriptor(try check(lesson_signal_descriptor(), "take signals"))
        } catch {
            Self.cleanUp(started, controlGroup, ownsScratch ? scratch : nil)
            throw EngineNamespaceError(
                "cannot map ids into the engine's namespace",
                hint: "see that newuidmap and newgidmap are installed (package uidmap) and setuid root, or remove the "
                    + "entry from /etc/subuid to do with one id", underlying: error)
        }
        isOnItsWay = true
        var byte: UInt8 = 1
        _ = write(started.go, &byte, 1)
        close(started.go)
    }

    /// Waits for the engine and ends this process as it ended; throws where it never began.
    func run() throws(EngineNamespaceError) -> Never {
        var report: [UInt8] = []
        while true {
            var polled = [
                pollfd(fd: started.report, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.rawValue, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&polled, 2, -1) < 0 { continue }
            if polled[1].revents != 0 {
                var fromProcess: Int32 = 0
                let signal = lesson_signal_next(signals.rawValue, &fromProcess)
                // The terminal's own signals reach the engine without us: it is in the same process group.
                if signal > 0, signal != SIGCHLD, fromProcess != 0 { kill(started.pid, signal) }
            }
            if polled[0].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 64)
                let got = read(started.report, &bytes, 64)
                if got < 0 { continue }
                if got == 0 { break }
                report += bytes[..<got]
            }
        }
        cleanUp()
        try finish(report)
    }

    private func finish(_ report: [UInt8]) throws(EngineNamespaceError) -> Never {
        guard report.count >= 4 else {
            // Init itself was killed.
            if let terminalState { _ = lesson_terminal_restore(0, terminalState) }
            say("the engine was killed", hint: nil)
            exit(2)
        }
        let status = report.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
        if status < 0 {
            let what = String(decoding: report[4...].prefix { $0 != 0 }, as: UTF8.self)
            let error = LinuxError(what, nil, Errno(rawValue: -status))
            throw EngineNamespaceError(
                "cannot enter the engine's namespaces", hint: Self.hint(error), underlying: error)
        }
        var signalled: Int32 = 0
        let code = lesson_wait_code(status, &signalled)
        if signalled != 0 {
            if let terminalState { _ = lesson_terminal_restore(0, terminalState) }
            lesson_die_by(code)
        }
        exit(code)
    }

    private func say(_ message: String, hint: String?) {
        var text = "lesson: error: \(message)\n"
        if let hint { text += "hint: \(hint)\n" }
        text.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
    }

    private func cleanUp() { Self.cleanUp(started, controlGroup, ownsScratch ? scratch : nil) }

    private static func cleanUp(_ started: lesson_engine_started, _ group: ControlGroup?, _ scratch: FilePath?) {
        kill(started.pid, SIGKILL)
        var status: Int32 = 0
        _ = lesson_wait(started.pid, 1, &status, nil)
        group?.killAndRemove()
        if let scratch { rmdir(scratch.string) }
    }

    private static func start(
        _ context: EngineContext, _ engine: ControlGroup?, _ plan: IdentityPlan, _ holdsSignals: Bool
    ) throws(LinuxError) -> lesson_engine_started {
        let lists = try engine?.openProcessLists() ?? []
        let numbers = lists.map(\.rawValue)
        var environment: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if !text.hasPrefix(EngineNamespace.variable + "=") { environment.append(text) }
            next += 1
        }
        environment.append("\(EngineNamespace.variable)=\(context.marker)")
        var started = lesson_engine_started()
        let failed = withCStrings(environment) { environment in
            context.scratch.withPlatformString { scratch in
                numbers.withUnsafeBufferPointer { numbers in
                    var request = lesson_engine()
                    request.path = UnsafePointer(strdup("/proc/self/exe"))
                    request.arguments = UnsafePointer(CommandLine.unsafeArgv)
                    request.environment = environment
                    request.scratch = scratch
                    request.cgroups = numbers.baseAddress
                    request.cgroup_count = UInt32(numbers.count)
                    if case .single = plan { request.keep_groups = 1 }
                    request.hold_signals = holdsSignals ? 1 : 0
                    return lesson_engine_start(&request, &started)
                }
            }
        }
        withExtendedLifetime(lists) {}
        try check(failed, "make a user namespace")
        return started
    }

    private static func map(_ pid: Int32, _ plan: IdentityPlan) throws(LinuxError) {
        func put(_ file: String, _ text: String) throws(LinuxError) {
            if let error = HostFile.write("/proc/\(pid)/\(file)", text) {
                throw LinuxError("write", FilePath("/proc/\(pid)/\(file)"), error)
            }
        }
        func text(_ lines: [IdentityPlan.MapLine]) -> String {
            lines.map { "\($0.inside) \($0.outside) \($0.count)\n" }.joined()
        }
        switch plan {
        case .direct(let uids, let gids):
            try put("uid_map", text(uids))
            try put("gid_map", text(gids))
        case .helpers(let uids, let gids):
            for (program, lines) in [("newuidmap", uids), ("newgidmap", gids)] {
                let arguments = lines.flatMap { ["\($0.inside)", "\($0.outside)", "\($0.count)"] }
                var command = ChildProcess.Command(program, ["\(pid)"] + arguments)
                command.newGroup = false
                let done = try ChildProcess.runBlocking(command, deadline: .seconds(10), outputLimit: 65536)
                guard done.ending.isSuccess else { throw LinuxError("run", FilePath(program), .notPermitted) }
            }
        case .single(let uid, let gid):
            // The kernel wants this before the group map of somebody without privilege.
            try put("setgroups", "deny")
            try put("uid_map", "0 \(uid) 1\n")
            try put("gid_map", "0 \(gid) 1\n")
        }
    }

    /// Where to mount a tmpfs: over a directory that is there, empty, and can be reached by everybody, so that nothing
    /// is hidden and nothing is made; else over one of our own.
    private static func chooseScratch() throws(EngineNamespaceError) -> (FilePath, Bool) {
        for path: FilePath in ["/media", "/srv", "/mnt", "/opt", "/boot"] {
            guard let directory = try? RootedDirectory(at: path), let status = try? directory.status("."),
                status.mode & 0o5 == 0o5, let entries = try? directory.entries(), entries.isEmpty,
                (try? directory.resolve(".")) != nil, !isLink(path)
            else { continue }
            return (path, false)
        }
        var template = Array("/tmp/lesson-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw EngineNamespaceError(
                "cannot make a directory in /tmp", hint: "free space in /tmp, or make an empty directory /srv",
                underlying: LinuxError("make a directory", "/tmp", Errno.last))
        }
        chmod(template, 0o755)
        return (FilePath(platformString: template), true)
    }

    private static func isLink(_ path: FilePath) -> Bool {
        var status = stat()
        return lstat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    static func hint(_ error: LinuxError) -> String {
        if let advice = error.advice { return advice }
        return switch error.errno {
        case .noSpace, .tooManyUsers:
            "the kernel allows no more user namespaces: raise user.max_user_namespaces with sysctl"
        default:
            "user namespaces are switched off here: try sysctl -w kernel.unprivileged_userns_clone=1, on Ubuntu "
                + "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; in a container, start it with "
                + "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined"
        }
    }
}
