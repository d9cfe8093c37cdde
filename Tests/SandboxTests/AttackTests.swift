import Glibc
import Linux
import SystemPackage
import Testing

/// What a hostile step tries, with a canary for each that shows that it would be noticed.
@Suite(.serialized)
struct AttackTests {
    /// System calls and files, tried by a program in the container: every one must be refused.
    @Test(arguments: Person.here, ["none", "isolated"])
    func everyForbiddenCallIsRefused(person: Person, network: String) async throws {
        let bench = try Workbench(person)
        try await bench.compileAttacks()
        let listener = try Listener()
        // The canaries can be seen from here: the attacks would find them.
        #expect(listener.answers(on: "127.0.0.1"))
        try bench.directory.writeFile("canary", [1])
        var question = Question(["/bin/attacks"])
        question.network = network
        question.environment = [
            "CANARY=\(bench.path)/canary", "OUTSIDE=\(getpid())", "LOOPBACK=127.0.0.1:\(listener.port)",
            "GATEWAY=10.0.2.2:\(listener.port)", "ADDRESS=\(listener.hostAddress ?? "127.0.0.2"):\(listener.port)",
            "PRIVATE=10.1.2.3:80",
        ]
        let answer = try await bench.ask(question)
        #expect(answer.error == nil)
        #expect(answer.succeeded)
        var results: [String: Int] = [:]
        for line in answer.lines {
            let parts = line.split(separator: " ")
            if parts.count == 2 { results[String(parts[0])] = Int(parts[1]) }
        }
        #expect(results.count >= 81)
        // In a namespace of their own, with nobody else in it, raw packets do no harm.
        let harmless: Set<String> = network == "none" ? ["raw_socket", "packet_socket"] : []
        for (name, result) in results where !harmless.contains(name) {
            // The doors of the 32-bit mode and of x32 are shut with a signal.
            let isEnded = (name.hasSuffix("_int80") || name.hasSuffix("_x32")) && result == -SIGSYS
            #expect(result > 0 || isEnded, "\(name) was not refused: \(result)")
        }
    }

    @Test(arguments: Person.here)
    func nothingOfTheHostIsSeen(person: Person) async throws {
        let bench = try Workbench(person)
        let answer = try await bench.shell(
            """
            echo processes $(ls /proc | grep -c '^[0-9]'); echo secret $SECRET; echo host $(hostname)
            echo marker ${LESSON_ENGINE:-none}; echo mounts $(busybox grep -c lesson /proc/self/mounts)
            for fd in $(ls /proc/self/fd); do [ $fd -gt 3 ] && echo descriptor $fd; done
            echo groups $(id -G); echo loop $(busybox ifconfig -a | busybox grep -c Link)
            """)
        #expect(answer.lines.contains("host lesson"))
        #expect(answer.lines.contains("secret"))
        #expect(answer.lines.contains("marker none"))
        #expect(!answer.standardOutput.contains("descriptor"))
        #expect(answer.lines.contains("loop 1"))
        let processes = answer.lines.first { $0.hasPrefix("processes ") }.flatMap { Int($0.dropFirst(10)) }
        #expect((processes ?? 99) < 8)
    }

    /// Images made to lead a runtime out of the root.
    @Test(arguments: Person.here, ["dev", "proc", "sys", "etc", "dev/null"])
    func linksInTheImageLeadNowhere(person: Person, name: String) async throws {
        let bench = try Workbench(person)
        try bench.directory.makeDirectory("outside")
        // The container's root may write there, if it only gets there.
        try bench.directory.makeDirectory("outside/target", mode: 0o777)
        try bench.giveAway("outside")
        let outside = bench.path.appending("outside/target")
        let hostile = try bench.layer("hostile") { layer in
            let path = FilePath(name)
            try layer.makeDirectories(path.removingLastComponent())
            try layer.makeSymbolicLink(path, target: outside)
        }
        var question = Question.shell("echo ran; echo x > /etc/hosts")
        question.layers = [bench.image, hostile]
        let answer = try await bench.ask(question)
        // It may run with the link covered, or be refused; the host is untouched either way.
        #expect(answer.succeeded || answer.error != nil)
        #expect(try bench.directory.entries("outside/target").isEmpty)
        if name == "dev" || name == "proc" || name == "sys" || name == "dev/null" { #expect(answer.succeeded) }
    }

    @Test(arguments: Person.here)
    func mountTargetsStayInside(person: Person) async throws {
        let bench = try Workbench(person)
        try bench.directory.makeDirectory("outside", mode: 0o777)
        try bench.directory.makeDirectory("source", mode: 0o755)
        try bench.directory.writeFile("source/file", Array("bound".utf8))
        let hostile = try bench.layer("hostile") { layer in
            try layer.makeSymbolicLink("escape", target: bench.path.appending("outside"))
            try layer.makeSymbolicLink("climb", target: "../../../../../../tmp")
        }
        for target in ["/escape/here", "/climb/here", "/../../there", "/new/deep/place"] {
            var question = Question.shell("busybox find / -xdev -name file 2>/dev/null; cat \(target)/file")
            question.layers = [bench.image, hostile]
            question.mounts = [.init(target: target, source: bench.path.appending("source").string, readOnly: true)]
            let answer = try await bench.ask(question)
            #expect(answer.standardOutput.contains("bound") || answer.error != nil, "\(target)")
            #expect(answer.upper == [], "a mount point of \(target) stayed behind")
            #expect(try bench.directory.entries("outside").isEmpty)
        }
    }

    @Test(arguments: Person.here, ["/proc", "/sys/kernel", "/dev", "/dev/shm", "/", "/proc/self"])
    func kernelDirectoriesAreNotCovered(person: Person, target: String) async throws {
        let bench = try Workbench(person)
        try bench.directory.makeDirectory("source")
        var question = Question(["/bin/true"])
        question.mounts = [.init(target: target, source: bench.path.appending("source").string, readOnly: true)]
        let answer = try await bench.ask(question)
        #expect(target == "/dev/shm" ? answer.succeeded : answer.errorCode == "mount-target")
    }

    @Test(
        arguments: Person.here,
        [
            "/proc/self/fd/3", "/proc/self/cwd", "/proc/1/root", "/dev/fd/4", "/sys", "/tmp/../proc/self", "/link",
            "relative",
        ])
    func workingDirectoriesOfTheKernelAreRefused(person: Person, directory: String) async throws {
        let bench = try Workbench(person)
        let hostile = try bench.layer("hostile") { try $0.makeSymbolicLink("link", target: "/proc/self/fd/5") }
        var question = Question(["/bin/true"])
        question.layers = [bench.image, hostile]
        question.workingDirectory = directory
        let answer = try await bench.ask(question)
        #expect(answer.errorCode == "working-directory")
    }

    @Test(arguments: Person.here)
    func setIDBitsGiveNothing(person: Person) async throws {
        let bench = try Workbench(person)
        let layer = try bench.layer("setuid") {
            try $0.makeDirectories("bin")
            try RootedDirectory(at: "/bin").copyFile("busybox", to: $0, at: "bin/busybox-setuid", mode: 0o6755)
        }
        var question = Question(["/bin/busybox-setuid", "sh", "-c", "cat /proc/self/status"])
        question.layers = [bench.image, layer]
        question.user = "ann"
        let answer = try await bench.ask(question)
        #expect(answer.standardOutput.contains("CapEff:\t0000000000000000") || answer.ids == 1)
        #expect(answer.standardOutput.contains("NoNewPrivs:\t1"))
        #expect(answer.standardOutput.contains("Seccomp:\t2"))
        #expect(answer.ids == 1 || answer.standardOutput.contains("Uid:\t1000\t1000\t1000\t1000"))
    }

    /// A runtime gives standard input to the container's user: it must not be the host's device.
    @Test(arguments: Person.here)
    func devicesOfTheHostKeepTheirOwner(person: Person) async throws {
        let bench = try Workbench(person)
        let host = try RootedDirectory(at: "/dev")
        let before = try host.status("null")
        #expect(try await bench.shell("echo x > /dev/null; chmod 600 /dev/null; true").succeeded)
        let after = try host.status("null")
        #expect(before.uid == after.uid && before.gid == after.gid && before.mode == after.mode)
    }

    @Test(arguments: Person.here)
    func aReadOnlyRootIsNotWritten(person: Person) async throws {
        let bench = try Workbench(person)
        var question = Question.shell("echo x > /file || echo refused")
        question.readOnlyRoot = true
        let answer = try await bench.ask(question)
        #expect(answer.lines == ["refused"])
        #expect(answer.upper == [])
    }
}
