import Lessons

@testable import Checks

/// Small images and builds to judge, put together by hand.
enum Samples {
    static let elf = FileContent.elf(
        ELFSummary(interpreter: "/lib64/ld-linux-x86-64.so.2", needed: ["libc.so.6"], isDynamic: true))

    static let base = LayerTable(
        id: "base",
        entries: [
            directory("/"), directory("/bin"), directory("/etc"), directory("/usr"), directory("/usr/bin"),
            file("/bin/sh", 100), file("/etc/passwd", 50), directory("/tmp", mode: 0o1777),
        ])

    static func file(_ path: String, _ size: Int64 = 10, mode: UInt16 = 0o644) -> LayerTable.Entry {
        LayerTable.Entry(path: ImagePath(path), kind: .file, mode: mode, size: size)
    }

    static func directory(_ path: String, mode: UInt16 = 0o755) -> LayerTable.Entry {
        LayerTable.Entry(path: ImagePath(path), kind: .directory, mode: mode)
    }

    static func entry(_ path: String, _ kind: LayerTable.Kind) -> LayerTable.Entry {
        LayerTable.Entry(path: ImagePath(path), kind: kind)
    }

    /// `FROM gcc AS compiler`, `COPY hello.c /`, `RUN make hello`, `FROM plain`, `COPY --from=compiler /hello /hello`.
    static let graph = BuildGraph(
        stages: [
            BuildGraph.Stage(
                name: "compiler", base: .image("gcc"), baseName: "gcc", line: 1,
                steps: [
                    BuildGraph.Step(
                        kind: "COPY", line: 2, text: "COPY hello.c /", layer: "c1",
                        sources: [
                            BuildGraph.Source(
                                from: .context, path: ImagePath("hello.c"), destination: ImagePath("/hello.c"))
                        ]),
                    BuildGraph.Step(kind: "RUN", line: 3, text: "RUN make hello", layer: "c2"),
                ]),
            BuildGraph.Stage(
                base: .image("plain"), baseName: "plain", line: 4,
                steps: [
                    BuildGraph.Step(
                        kind: "COPY", line: 5, text: "COPY --from=compiler /hello /hello", layer: "f1",
                        sources: [
                            BuildGraph.Source(
                                from: .stage(0), path: ImagePath("/hello"), destination: ImagePath("/hello"))
                        ]),
                    BuildGraph.Step(kind: "CMD", line: 6, text: "CMD /hello"),
                ]),
        ], finalStage: 1)

    /// What a right answer looks like.
    static func observations(_ change: (inout Observations) -> Void = { _ in }) -> Observations {
        var observations = Observations(
            lesson: "l", exercise: "e", bases: ["plain"],
            build: .built(seconds: 1.5, cachedSteps: 2, totalSteps: 3), graph: graph, image: "abc",
            sizes: Sizes(base: 1000, singleStage: 5000, final: 1100, addedOverBase: 100),
            base: BaseObservation(name: "plain", matching: ["plain"], size: 1000),
            delta: delta([[file("/hello", 100, mode: 0o755)]]),
            config: ConfigObservation(command: ["/bin/sh", "-c", "/hello"]),
            runs: [
                RunObservation(
                    command: ["/bin/sh", "-c", "/hello"], ending: .exited(0),
                    standardOutput: Array("Hello, world!\n".utf8))
            ],
            executables: [ExecutableObservation(path: ImagePath("/hello"), isCommand: true, content: elf)],
            substitution: SubstitutionObservation(outcome: .printed, replaced: ["hello.c"]))
        change(&observations)
        return observations
    }

    /// Layers over ``base``; every file named like a program is one.
    static func delta(
        _ layers: [[LayerTable.Entry]], against: ImageDelta.Against = .base("plain"), base: [LayerTable] = [base],
        programs: [String] = ["/hello"]
    ) -> ImageDelta {
        let tables = layers.enumerated().map { LayerTable(id: "f\($0.offset + 1)", entries: $0.element) }
        var delta = ImageDelta(layers: tables, over: base, against: against)
        for index in delta.entries.indices where delta.entries[index].kind == .file {
            delta.entries[index].content = programs.contains(delta.entries[index].path.string) ? elf : .text
        }
        return delta
    }

    static func judge(_ kind: CheckKind, _ observations: Observations) -> CheckResult {
        let rubric = Rubric(points: 10, checks: [CheckDefinition(id: "it", kind: kind, points: 10, isRequired: true)])
        return Judge(rubric).judge(observations).checks[0]
    }
}
