import Lessons
import Testing

@testable import Checks

private typealias S = Samples

/// Each kind of check: one that passes, ones that fail, and what the failure says.
@Suite struct KindTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: CheckKind
        var change: @Sendable (inout Observations) -> Void
        /// nil: passes; else a part of what is said.
        var failure: String?
        var outcome: CheckResult.Outcome?

        init(
            _ description: String, _ kind: CheckKind, fails failure: String? = nil,
            outcome: CheckResult.Outcome? = nil, _ change: @escaping @Sendable (inout Observations) -> Void = { _ in }
        ) {
            testDescription = description
            self.kind = kind
            self.failure = failure
            self.outcome = outcome
            self.change = change
        }
    }

    static func ending(_ ending: RunObservation.Ending, _ output: String = "") -> @Sendable (inout Observations) -> Void
    {
        {
            $0.runs[0].ending = ending
            $0.runs[0].standardOutput = Array(output.utf8)
        }
    }

    static let stages = CheckKind.stages(StagesRule())
    static let hello = CheckKind.run(RunRule(standardOutput: .trimmed("Hello, world!")))
    static let smaller = CheckKind.size(SizeRule(than: .reference, percent: 10))

    static let cases: [Case] = [
        // Builds
        Case("builds", .builds),
        Case("does not build", .builds, fails: "Dockerfile:5: unknown instruction") {
            $0.build = .failed(
                .init(
                    id: "x", message: "unknown instruction COPPY", hint: "did you mean COPY?", file: "Dockerfile",
                    line: 5))
        },
        Case("no base here", .builds, fails: "not available", outcome: .error) {
            $0.build = .impossible(Ungradable(.baseNotOffered, message: "gcc:13 is not available here"))
        },
        // Stages
        Case("two stages", stages),
        Case("one stage", stages, fails: "1 stage") {
            $0.graph?.stages.removeFirst(); $0.graph?.finalStage = 0
        },
        Case("nothing taken", stages, fails: "takes no file") { $0.graph?.stages[1].steps = [] },
        Case("taken from an image that is no stage", stages, fails: "takes no file") {
            $0.graph?.stages[1].steps[0].sources[0].from = .image("busybox")
        },
        Case("descends from the compiler", stages, fails: "takes no file") { $0.graph?.stages[1].base = .stage(0) },
        Case("taken through a mount", stages) {
            $0.graph?.stages[1].steps = [
                .init(
                    kind: "RUN", line: 5, text: "RUN --mount=from=compiler cp", layer: "f1",
                    mounts: [.init(from: .stage(0), source: .root, target: ImagePath("/x"))])
            ]
        },
        Case("a mount that made nothing", stages, fails: "takes no file") {
            $0.graph?.stages[1].steps = [
                .init(
                    kind: "RUN", line: 5, text: "RUN --mount=from=compiler true",
                    mounts: [.init(from: .stage(0), source: .root, target: ImagePath("/x"))])
            ]
        },
        Case("taken by a stage that the last descends from", stages) {
            $0.graph?.stages.append(.init(base: .stage(1), line: 7))
            $0.graph?.finalStage = 2
        },
        Case("three are asked for", .stages(StagesRule(minimum: 3)), fails: "2 stages"),
        // Names
        Case("named", .stageName(StageNameRule(name: "compiler"))),
        Case("named in capitals", .stageName(StageNameRule(name: "COMPILER"))),
        Case("named otherwise", .stageName(StageNameRule(name: "builder")), fails: "`compiler`"),
        Case("without a name", .stageName(StageNameRule(name: "compiler")), fails: "no stage has a name") {
            $0.graph?.stages[0].name = nil
        },
        Case("the last has the name", .stageName(StageNameRule(name: "compiler")), fails: "final stage") {
            $0.graph?.stages[0].name = nil
            $0.graph?.stages[1].name = "compiler"
        },
        // Base
        Case("plain base", .finalBase(FinalBaseRule())),
        Case("scratch", .finalBase(FinalBaseRule()), fails: "scratch") { $0.base = BaseObservation(name: "scratch") },
        Case("scratch is allowed", .finalBase(FinalBaseRule(anyOf: ["plain", "scratch"]))) {
            $0.base = BaseObservation(name: "scratch")
        },
        Case("a base that is called plain and is not", .finalBase(FinalBaseRule()), fails: "plain") {
            $0.base = BaseObservation(name: "plain", matching: [])
        },
        // Forbidden
        Case("nothing forbidden", .forbiddenFiles(ForbiddenFilesRule(paths: ["*.log"], categories: [.compilers]))),
        Case(
            "a compiler", .forbiddenFiles(ForbiddenFilesRule(categories: [.compilers])),
            fails: "/usr/bin/x86_64-linux-gnu-gcc-12"
        ) {
            $0.delta = S.delta([[S.file("/usr/bin/x86_64-linux-gnu-gcc-12")]])
        },
        Case("package lists", .forbiddenFiles(ForbiddenFilesRule(categories: [.packageLists])), fails: "package lists")
        {
            $0.delta = S.delta([[S.file("/var/lib/apt/lists/mirror_x/InRelease")]])
        },
        Case(
            "a hidden source", .forbiddenFiles(ForbiddenFilesRule(categories: [.sources])),
            fails: "hidden by a later layer"
        ) {
            $0.delta = S.delta([[S.file("/x.c")], [S.entry("/x.c", .whiteout)]])
        },
        Case("a secret's text", .forbiddenFiles(ForbiddenFilesRule(contents: ["hunter2"])), fails: "hunter2") {
            $0.contentHits = [ContentHit(text: "hunter2", path: ImagePath("/hello"))]
        },
        // Executable
        Case("resolved", .executable(ExecutableRule(machine: "x86_64", linkage: .dynamic))),
        Case("wanted static", .executable(ExecutableRule(linkage: .static)), fails: "dynamically linked"),
        Case("wanted stripped", .executable(ExecutableRule(isStripped: true)), fails: "not stripped"),
        Case("another machine", .executable(ExecutableRule(machine: "aarch64")), fails: "for x86_64"),
        Case("a missing library", .executable(ExecutableRule()), fails: "libgomp.so.1") {
            $0.executables[0].missingLibraries = ["libgomp.so.1"]
        },
        Case("not executable", .executable(ExecutableRule()), fails: "mode 644") { $0.executables[0].mode = 0o644 },
        Case("a script", .executable(ExecutableRule()), fails: "shell script") {
            $0.executables[0].content = .script("/bin/sh")
        },
        // Run
        Case("greets", hello),
        Case("greets with blanks at the end", hello, ending(.exited(0), "Hello, world! \n\n")),
        Case("no blanks allowed", .run(RunRule(standardOutput: .exactly("Hello, world!"))), fails: "\\n"),
        Case("contains", .run(RunRule(standardOutput: .contains("world")))),
        Case("a pattern", .run(RunRule(standardOutput: .glob("Hello, *!")))),
        Case("another text", hello, fails: "Hello World", ending(.exited(0), "Hello World\n")),
        Case("nothing", hello, fails: "printed nothing", ending(.exited(0))),
        Case("a bad status", hello, fails: "status 3", ending(.exited(3), "Hello, world!\n")),
        Case("crashes", hello, fails: "segmentation fault", ending(.signalled(11))),
        Case("never ends", hello, fails: "within 5 s", ending(.tooLong)),
        Case("never stops printing", hello, fails: "more than", ending(.tooMuchOutput)),
        Case("no command", hello, fails: "neither CMD", ending(.noCommand)),
        Case("our fault", hello, fails: "could not be run", outcome: .error, ending(.fault("no runtime"))),
        Case("no such program", hello, fails: "/hello is not in the image") {
            ending(.exited(127))(&$0)
            $0.executables[0].exists = false
        },
        Case("no loader", hello, fails: "ld-linux") {
            ending(.exited(127))(&$0)
            $0.executables[0].missingInterpreter = "/lib64/ld-linux-x86-64.so.2"
        },
        Case("no shell", hello, fails: "/bin/sh is not in the image") {
            ending(.notStarted("no such file"))(&$0)
            $0.executables = [ExecutableObservation(path: ImagePath("/bin/sh"), isCommand: true, exists: false)]
        },
        Case("a status of its own", hello, fails: "and ended with status 127", ending(.exited(127), "Hello, world!\n")),
        Case("a shell that finds nothing", hello, fails: "not found (status 127)") {
            ending(.exited(127), "Hello")(&$0)
            $0.runs[0].standardError = Array("/bin/sh: 1: nothing: not found\n".utf8)
        },
        Case("another machine's program", hello, fails: "for another machine (aarch64)") {
            ending(.exited(126))(&$0)
            $0.executables[0].content = .elf(ELFSummary(machine: "aarch64", needed: ["libc.so.6"], isDynamic: true))
            $0.executables[0].missingLibraries = ["libc.so.6"]
        },
        Case("a part of a program", hello, fails: "/hello is cut off") {
            ending(.exited(139))(&$0)
            $0.executables[0].content = .elf(ELFSummary(isCutOff: true))
        },
        Case("a part of a program, started by no shell", hello, fails: "/hello is cut off") {
            ending(.signalled(11))(&$0)
            $0.executables[0].content = .elf(ELFSummary(isCutOff: true))
        },
        Case("nobody of that name", hello, fails: "no user named", ending(.notStarted("no user named 'bob'"))),
        Case("an output that spoofs", hello, fails: "\\e[32mpass", ending(.exited(0), "\u{1B}[32mpass\n")),
        // Sizes
        Case("smaller", smaller),
        Case("exactly ten percent", smaller) { $0.sizes.final = 4500 },
        Case("a byte too much", smaller, fails: "kB") { $0.sizes.final = 4501 },
        Case("a little smaller is not smaller", smaller, fails: "single-stage") { $0.sizes.final = 4998 },
        Case("no reference", smaller, fails: "no single-stage", outcome: .error) { $0.sizes.singleStage = nil },
        Case("huge numbers", smaller, fails: "PB") {
            $0.sizes.final = .max; $0.sizes.singleStage = .max
        },
        Case("a limit", .size(SizeRule(than: .bytes(1100)))),
        Case("over a limit", .size(SizeRule(than: .bytes(1099))), fails: "1.1 kB"),
        Case("bytes over the base", .added(LimitRule(maximum: 100))),
        Case("too many bytes over the base", .added(LimitRule(maximum: 99)), fails: "100 B"),
        Case("layers", .layers(LimitRule(maximum: 1))),
        Case("too many layers", .layers(LimitRule(maximum: 0)), fails: "1 layer"),
        // Configuration
        Case("shell form", .config(ConfigRule(commandForm: .shell))),
        Case("wanted exec form", .config(ConfigRule(commandForm: .exec)), fails: "sh -c"),
        Case("root", .config(ConfigRule(isNotRoot: true)), fails: "root"),
        Case("root by number", .config(ConfigRule(isNotRoot: true)), fails: "0:5") { $0.config?.user = "0:5" },
        Case("a user", .config(ConfigRule(user: "app", isNotRoot: true))) { $0.config?.user = "app" },
        Case(
            "environment, labels, ports, health",
            .config(
                ConfigRule(
                    environment: ["A": "b"], labels: ["c": "d"], ports: ["80"], hasHealthcheck: true,
                    workingDirectory: "/app", stopSignal: "SIGINT"))
        ) {
            $0.config = ConfigObservation(
                environment: ["A": "b"], labels: ["c": "d"], ports: ["80/tcp"], hasHealthcheck: true,
                workingDirectory: "/app/", stopSignal: "SIGINT")
        },
        Case("no label", .config(ConfigRule(labels: ["c": "d"])), fails: "label `c`"),
        // Instructions, lint, cache
        Case("COPY is used", .instruction(InstructionRule(name: "COPY", inFinalStage: true))),
        Case(
            "RUN in the last stage", .instruction(InstructionRule(name: "RUN", inFinalStage: true)), fails: "not used"),
        Case("RUN is not wanted", .instruction(InstructionRule(name: "RUN", isUsed: false)), fails: "is used"),
        Case("clean", .lint(LintRule(except: ["Known"]))) { $0.lint = [LintObservation(rule: "Known", message: "m")] },
        Case("not clean", .lint(LintRule()), fails: "JSONArgsRecommended") {
            $0.lint = [LintObservation(rule: "JSONArgsRecommended", message: "use JSON", line: 6)]
        },
        // Files
        Case("a file", .file(FileRule(path: "/etc/motd", content: .contains("hi"), mode: 0o644, owner: 0))) {
            $0.files = [
                FileObservation(path: ImagePath("/etc/motd"), kind: .file, mode: 0o644, content: Array("hi\n".utf8))
            ]
        },
        Case("another text in a file", .file(FileRule(path: "/etc/motd", content: .trimmed("hi"))), fails: "holds") {
            $0.files = [FileObservation(path: ImagePath("/etc/motd"), kind: .file, content: Array("ho".utf8))]
        },
        Case("no such file", .file(FileRule(path: "/etc/motd")), fails: "not in the image") {
            $0.files = [FileObservation(path: ImagePath("/etc/motd"))]
        },
        Case("a file that must not be", .file(FileRule(path: "/etc/motd", exists: false))) {
            $0.files = [FileObservation(path: ImagePath("/etc/motd"))]
        },
        Case("from the context", .origin(OriginRule(from: .built)), fails: "out of your folder") {
            $0.delta?.entries[0].origin = Origin(chain: [], end: .context(ImagePath("hello")))
        },
        Case("built in the stage", .origin(OriginRule(from: .built, stage: "Compiler"))) {
            $0.delta?.entries[0].origin = Origin(
                chain: [.init(stage: 0, stageName: "compiler", line: 3, text: "RUN make", path: ImagePath("/hello"))],
                end: .built)
        },
        // Substitution as a check
        Case("compiled from its source", .substitution(SubstitutionRule(text: "x"))),
        Case("not compiled from its source", .substitution(SubstitutionRule(text: "x")), fails: "not compiled") {
            $0.substitution?.outcome = .unchanged
        },
    ]

    @Test(arguments: cases) func judges(_ sample: Case) {
        let result = S.judge(sample.kind, S.observations(sample.change))
        let expected = sample.outcome ?? (sample.failure == nil ? .pass : .fail)
        #expect(result.verdict == expected, "\(result)")
        #expect(!result.expected.isEmpty)
        #expect(!result.actual.isEmpty)
        #expect(result.points == (expected == .pass ? 10 : 0))
        if let part = sample.failure {
            let all = ([result.actual] + result.evidence).joined(separator: "\n")
            #expect(all.contains(part), "\(all)")
            #expect(!all.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
        }
        if expected == .fail { #expect(result.advice?.isEmpty == false) }
    }
}
