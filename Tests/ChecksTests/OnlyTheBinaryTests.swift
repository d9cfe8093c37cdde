import Lessons
import Testing

@testable import Checks

private typealias S = Samples

/// `docs/only-the-binary.md`, sentence by sentence.
@Suite struct OnlyTheBinaryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var layers: [[LayerTable.Entry]]
        var passes: Bool
        /// A part of what is said.
        var says: String = ""
        var programs = ["/hello"]
    }

    static let cases: [Case] = [
        Case(testDescription: "the program alone", layers: [[S.file("/hello", 9)]], passes: true),
        Case(
            testDescription: "the program in a directory of the base",
            layers: [[S.directory("/usr"), S.directory("/usr/bin"), S.file("/usr/bin/hello")]], passes: true,
            programs: ["/usr/bin/hello"]),
        Case(
            testDescription: "new directories that lead to it",
            layers: [[S.directory("/opt"), S.directory("/opt/app"), S.file("/opt/app/hello")]], passes: true,
            programs: ["/opt/app/hello"]),
        Case(
            testDescription: "a directory first, the program later",
            layers: [[S.directory("/app")], [S.directory("/app"), S.file("/app/hello")]], passes: true,
            programs: ["/app/hello"]),
        Case(
            testDescription: "stripped in place", layers: [[S.file("/hello", 90)], [S.file("/hello", 40)]], passes: true
        ),
        Case(
            testDescription: "what engines leave",
            layers: [
                [
                    S.file("/hello"), S.directory("/etc"), S.file("/etc/resolv.conf", 0), S.file("/etc/hosts", 0),
                    S.directory("/proc"), S.directory("/sys"), S.directory("/dev"), S.file("/.dockerenv", 0),
                ]
            ], passes: true),
        Case(testDescription: "nothing at all", layers: [[]], passes: false, says: "no compiled program"),
        Case(
            testDescription: "a script in its place", layers: [[S.file("/hello")]], passes: false,
            says: "no compiled program", programs: []),
        Case(
            testDescription: "the source beside it", layers: [[S.file("/hello"), S.file("/hello.c", 73)]],
            passes: false, says: "/hello.c"),
        Case(
            testDescription: "a second program", layers: [[S.file("/hello"), S.file("/other")]], passes: false,
            says: "/other", programs: ["/hello", "/other"]),
        Case(
            testDescription: "a library it needs", layers: [[S.file("/hello"), S.file("/usr/lib/libgomp.so.1")]],
            passes: false, says: "libgomp", programs: ["/hello", "/usr/lib/libgomp.so.1"]),
        Case(
            testDescription: "a link to it", layers: [[S.file("/hello"), S.entry("/hi", .symlink)]], passes: false,
            says: "/hi"),
        Case(
            testDescription: "a hard link to it", layers: [[S.file("/hello"), S.entry("/hi", .hardlink)]],
            passes: false, says: "/hi"),
        Case(
            testDescription: "a FIFO", layers: [[S.file("/hello"), S.entry("/pipe", .fifo)]], passes: false,
            says: "/pipe"),
        Case(
            testDescription: "a device", layers: [[S.file("/hello"), S.entry("/x", .device)]], passes: false, says: "/x"
        ),
        Case(
            testDescription: "a source that is deleted later",
            layers: [[S.file("/hello.c")], [S.entry("/hello.c", .whiteout)], [S.file("/hello")]], passes: false,
            says: "/hello.c"),
        Case(
            testDescription: "a source under the program's name",
            layers: [[S.file("/app/x"), S.file("/app")], [S.file("/hello")]], passes: false, says: "/app"),
        Case(
            testDescription: "a directory that is deleted later",
            layers: [[S.directory("/src"), S.file("/src/a")], [S.entry("/src", .whiteout)], [S.file("/hello")]],
            passes: false, says: "/src/a"),
        Case(
            testDescription: "a file of the base deleted",
            layers: [[S.file("/hello"), S.entry("/etc/passwd", .whiteout)]], passes: false, says: "deletion"),
        Case(
            testDescription: "a directory of the base emptied",
            layers: [[S.file("/hello"), S.entry("/etc", .opaqueDirectory)]], passes: false, says: "deletion"),
        Case(
            testDescription: "a file of the base changed", layers: [[S.file("/hello"), S.file("/etc/passwd", 51)]],
            passes: false, says: "/etc/passwd"),
        Case(
            testDescription: "the program over a file of the base", layers: [[S.file("/bin/sh", 9)]], passes: false,
            says: "/bin/sh", programs: ["/bin/sh"]),
        Case(
            testDescription: "a directory of the base made writable",
            layers: [[S.file("/hello"), S.directory("/etc", mode: 0o777)]], passes: false, says: "1 change of what"),
        Case(
            testDescription: "an empty directory", layers: [[S.file("/hello"), S.directory("/empty")]], passes: false,
            says: "/empty, which"),
        Case(
            testDescription: "a resolv.conf that says something",
            layers: [[S.file("/hello"), S.file("/etc/resolv.conf", 12)]], passes: false, says: "resolv.conf"),
        Case(
            testDescription: "three thousand directories",
            layers: [[S.file("/hello")] + (0..<3000).map { S.directory("/d\($0)") }], passes: false,
            says: "3000 folders"),
        Case(
            testDescription: "a sparse giant", layers: [[S.file("/hello"), S.file("/big", .max)]], passes: false,
            says: "/big"),
        Case(
            testDescription: "a name that controls terminals", layers: [[S.file("/hello"), S.file("/\u{1B}[2Jx")]],
            passes: false, says: "\\e[2J"),
    ]

    @Test(arguments: cases) func judges(_ sample: Case) {
        let observations = S.observations { $0.delta = S.delta(sample.layers, programs: sample.programs) }
        let result = S.judge(.imageDelta(ImageDeltaRule()), observations)
        #expect(result.verdict == (sample.passes ? .pass : .fail), "\(result)")
        #expect(result.points == (sample.passes ? 10 : 0))
        if !sample.passes {
            let all = ([result.actual] + result.evidence).joined(separator: "\n")
            #expect(all.contains(sample.says), "\(all)")
            #expect(result.advice != nil)
            #expect(!all.contains("\u{1B}"))
        }
    }

    @Test func onScratchEveryFileCounts() {
        let alone = S.observations { $0.delta = S.delta([[S.file("/hello")]], against: .scratch, base: []) }
        #expect(S.judge(.imageDelta(ImageDeltaRule()), alone).verdict == .pass)
        let flattened = S.observations {
            $0.delta = S.delta([S.base.entries + [S.file("/hello")]], against: .scratch, base: [])
        }
        #expect(S.judge(.imageDelta(ImageDeltaRule()), flattened).verdict == .fail)
    }

    @Test func aBaseWithACompilerIsComparedWithTheLessonsBase() {
        let observations = S.observations {
            $0.base = BaseObservation(name: "gcc", size: 4000)
            $0.delta = S.delta(
                [S.base.entries + [S.file("/usr/bin/gcc", 900)], [S.file("/hello")]], against: .tree("plain"))
        }
        let result = S.judge(.imageDelta(ImageDeltaRule()), observations)
        #expect(result.verdict == .fail)
        #expect(result.actual.contains("/usr/bin/gcc"))
        #expect(result.advice?.contains("FROM plain") == true)
        #expect(result.line == 4)
    }

    @Test func partialCreditIsForFewFilesOnly() {
        let rule = ImageDeltaRule(partial: .init(extraFiles: 1, extraBytes: 100, award: 60))
        func points(_ extra: [LayerTable.Entry]) -> Int {
            S.judge(.imageDelta(rule), S.observations { $0.delta = S.delta([[S.file("/hello")] + extra]) }).points
        }
        #expect(points([S.file("/hello.c", 73)]) == 6)
        #expect(points([S.file("/hello.c", 101)]) == 0)
        #expect(points([S.file("/a", 1), S.file("/b", 1)]) == 0)
        #expect(points([S.entry("/etc/passwd", .whiteout)]) == 0)
    }

    @Test func allowancesMayNameOtherThings() {
        let rule = ImageDeltaRule(allow: [
            .init(kind: .elf, count: 1), .init(kind: .file, path: "/etc/app/*.conf"), .init(kind: .symlink, count: 1),
        ])
        func verdict(_ entries: [LayerTable.Entry]) -> CheckResult.Outcome {
            S.judge(.imageDelta(rule), S.observations { $0.delta = S.delta([[S.file("/hello")] + entries]) }).verdict
        }
        #expect(verdict([S.file("/etc/app/a.conf"), S.file("/etc/app/b.conf"), S.entry("/hi", .symlink)]) == .pass)
        #expect(verdict([S.file("/etc/app/x/a.conf")]) == .fail)
        #expect(verdict([S.entry("/hi", .symlink), S.entry("/ho", .symlink)]) == .fail)
    }

    @Test func moreEntriesThanAnybodyReadsAreCounted() {
        let many = (0..<(ImageDelta.maximumEntries + 500)).map { S.file("/f\($0)", 1) }
        let delta = ImageDelta(layers: [LayerTable(id: "x", entries: many)], over: [], against: .scratch)
        #expect(delta.entries.count == ImageDelta.maximumEntries)
        #expect(delta.omitted == 500)
        #expect(delta.fileBytes == Int64(many.count))
        let result = S.judge(.imageDelta(ImageDeltaRule()), S.observations { $0.delta = delta })
        #expect(result.evidence.count < 20)
    }
}
