import Glibc
import Linux
import SystemPackage
import Testing

/// What a step is promised.
@Suite(.serialized)
struct RunTests {
    @Test(arguments: Person.here)
    func outputsExitStatusAndInputPassThrough(person: Person) async throws {
        let bench = try Workbench(person)
        var question = Question.shell("cat; echo error >&2; echo again > /dev/stdout; exit 3")
        question.input = "from outside\n"
        let answer = try await bench.ask(question)
        #expect(answer.ending == "exited")
        #expect(answer.code == 3)
        #expect(answer.standardOutput == "from outside\nagain\n")
        #expect(answer.standardError == "error\n")
    }

    @Test(arguments: Person.here)
    func theStepsLayerHoldsWhatTheStepDid(person: Person) async throws {
        let bench = try Workbench(person)
        let answer = try await bench.shell(
            "mkdir -p /made/deep; echo x > /made/deep/file; rm /bin/id; ls /proc/self /sys >/dev/null")
        #expect(answer.succeeded)
        #expect(answer.upper == ["bin", "bin/id", "made", "made/deep", "made/deep/file"])
    }

    @Test(arguments: Person.here)
    func environmentIsWhatWasAskedFor(person: Person) async throws {
        let bench = try Workbench(person)
        var question = Question.shell("env")
        question.environment = ["A=1 2", "PATH=/bin"]
        let answer = try await bench.ask(question)
        let names = Set(answer.lines.compactMap { $0.split(separator: "=").first.map(String.init) })
        #expect(names.subtracting(["APT_CONFIG"]) == ["A", "PATH", "HOME", "PWD", "SHLVL"])
        #expect(answer.lines.contains("A=1 2"))
        #expect(answer.lines.contains("HOME=/root"))
    }

    @Test(arguments: Person.here)
    func directoriesKeepTheirLooksUnderMountPoints(person: Person) async throws {
        let bench = try Workbench(person)
        try await bench.change("image/etc") {
            try bench.directory.setMode("image/etc", 0o751)
            try bench.directory.setTimes("image/etc", seconds: 1_000_000_000, nanoseconds: 0)
        }
        let answer = try await bench.shell("stat -c '%a %Y %u' /etc; stat -c '%a %u' /")
        #expect(answer.lines == ["751 1000000000 0", "755 0"])
    }

    /// A neighbour may have all the processes for a moment: what could not be started is started a little later, and never
    /// is any of it seen twice.
    @Test(arguments: Person.here)
    func aStartThatIsRefusedForAMomentIsTriedAgain(person: Person) async throws {
        let bench = try Workbench(person)
        try bench.directory.makeDirectory("tries", mode: 0o777)
        try bench.directory.setMode("tries", 0o777)
        let script = """
            #!/bin/sh
            if [ $(ls \(bench.path)/tries | wc -l) -lt 3 ]; then
              : > \(bench.path)/tries/$$
              echo 'clone: Resource temporarily unavailable' > "$4"
              exit 1
            fi
            exec /usr/bin/crun "$@"
            """
        // By that name it is given crun's options, of which the fourth word is the log.
        try bench.directory.makeDirectory("refusing", mode: 0o755)
        try bench.directory.writeFile("refusing/crun", Array(script.utf8), mode: 0o755)
        var question = Question.shell("echo once")
        question.runtime = "\(bench.path)/refusing/crun"
        let answer = try await bench.ask(question)
        #expect(answer.error == nil && answer.succeeded, "\(answer)")
        #expect(answer.standardOutput == "once\n")
        #expect(try bench.directory.entries("tries").count == 3)
    }

    @Test(arguments: Person.here)
    func usersHaveTheirIDs(person: Person) async throws {
        let bench = try Workbench(person)
        var question = Question(["/bin/id"])
        question.user = "ann"
        let answer = try await bench.ask(question)
        if answer.ids == 1 {
            #expect(answer.standardOutput.hasPrefix("uid=0"))
        } else {
            #expect(answer.lines == ["uid=1000(ann) gid=1000(ann) groups=50(staff),1000(ann)"])
        }
    }

    struct Wrong: CustomTestStringConvertible {
        var name: String
        var code: String
        var change: @Sendable (inout Question) -> Void
        var testDescription: String { name }
    }

    static let wrongs: [Wrong] = [
        Wrong(name: "program", code: "program") { $0.arguments = ["nosuch"] },
        Wrong(name: "not executable", code: "program") { $0.arguments = ["/etc/passwd"] },
        Wrong(name: "directory", code: "working-directory") { $0.workingDirectory = "/nosuch" },
        Wrong(name: "file as directory", code: "working-directory") { $0.workingDirectory = "/etc/passwd" },
        Wrong(name: "user", code: "user") { $0.user = "nobody-here" },
        Wrong(name: "2^31", code: "user") { $0.user = "2147483648" },
        Wrong(name: "2^32", code: "user") { $0.user = "4294967296" },
        Wrong(name: "-1", code: "user") { $0.user = "-1" },
        Wrong(name: "gid", code: "user") { $0.user = "0:2147483648" },
        Wrong(name: "runtime", code: "no-runtime") { $0.runtime = "/nosuch/runtime" },
    ]

    @Test(arguments: Person.here, wrongs)
    func whatCannotRunIsAnError(person: Person, wrong: Wrong) async throws {
        let bench = try Workbench(person)
        var question = Question(["/bin/true"])
        wrong.change(&question)
        let answer = try await bench.ask(question)
        #expect(answer.errorCode == wrong.code)
        #expect(answer.error?.isEmpty == false)
    }

    @Test(arguments: Person.here, ["crun", "runc"])
    func bothRuntimesWork(person: Person, runtime: String) async throws {
        let bench = try Workbench(person)
        var question = Question.shell("echo $((6*7)); cat /proc/self/uid_map")
        let places: [String] = ["/usr/bin/\(runtime)", "/usr/sbin/\(runtime)"]
        let path: String? = places.first { access($0, X_OK) == 0 }
        let found: String = try #require(path, "\(runtime) is not installed")
        question.runtime = found
        let answer = try await bench.ask(question)
        #expect(answer.error == nil)
        #expect(answer.lines.first == "42")
        #expect(answer.lines.count == 2)
    }

    @Test(arguments: Person.here)
    func syncsCostNothingAndSucceed(person: Person) async throws {
        let bench = try Workbench(person)
        #expect(
            try await bench.shell("dd if=/dev/zero of=/f bs=64k count=4 conv=fsync 2>/dev/null && busybox sync")
                .succeeded)
    }

    @Test(arguments: Person.here)
    func changesOfOwnerSucceed(person: Person) async throws {
        let bench = try Workbench(person)
        let answer = try await bench.shell(
            "echo x > /f && busybox chown 33:33 /f && busybox mkfifo /p && [ -p /p ] && stat -c %u /f")
        #expect(answer.lines == [answer.ids == 1 ? "0" : "33"])
    }

    @Test(arguments: Person.here)
    func theDoctorTriesTheRealThing(person: Person) async throws {
        let bench = try Workbench(person)
        var question = Question([])
        question.doctor = true
        let found = try #require(try await bench.ask(question).capabilities)
        for id in ["overlayfs", "crun", "runc"] {
            let capability = try #require(found.first { $0.id == id })
            #expect(capability.status == "ok", "\(capability.detail)")
        }
        #expect(found.contains { $0.id == "cgroups" } && found.contains { $0.id == "network-isolated" })
    }
}
