import Diagnostics
import Dockerfile
import SystemPackage
import Testing

@testable import Build

@Suite struct GraphTests {
    private func graph(
        _ text: String, target: String? = nil, contexts: [String: NamedContext] = [:], arguments: [String: String] = [:]
    ) throws -> StageGraph {
        let dockerfile = try Dockerfile.parse(Array(text.utf8), file: "Dockerfile")
        let globals = try GlobalArguments(
            of: dockerfile, platform: EnvironmentList(), buildArguments: arguments, file: "Dockerfile")
        return try StageGraph(
            dockerfile, arguments: globals, target: target, namedContexts: contexts, file: "Dockerfile")
    }

    private func mistake(_ text: String, target: String? = nil) -> BuildFailure? {
        do {
            _ = try graph(text, target: target)
            return nil
        } catch {
            return error as? BuildFailure
        }
    }

    @Test func onlyWhatTheTargetNeedsIsNeeded() throws {
        let graph = try graph(
            """
            FROM a AS one
            FROM b AS two
            FROM c AS three
            COPY --from=one /x /
            FROM three
            RUN --mount=from=0,target=/m true
            """)
        #expect(graph.needed == [0, 2, 3])
        #expect(graph.vertices[3].dependencies == [2, 0])
        #expect(graph.vertices[3].base == .stage(2))
        #expect(graph.target == 3)
    }

    @Test func whatTheTargetStandsOnIsKnown() throws {
        let graph = try graph(
            "FROM a AS one\nFROM b AS two\nFROM one AS three\nFROM c\nFROM three\nCOPY --from=two /x /\nFROM d\n",
            target: "three")
        #expect((0...5).map(graph.standsOnBase) == [true, false, true, false, false, false])
    }

    @Test func aTargetIsFoundInAnyCase() throws {
        #expect(try graph("FROM a AS Make\nFROM b\n", target: "mAKE").target == 0)
    }

    @Test func aNameMeansAnEarlierStageBeforeAnImage() throws {
        let graph = try graph("FROM debian AS debian\nFROM debian\n")
        #expect(graph.vertices[0].base == .image("debian"))
        #expect(graph.vertices[1].base == .stage(0))
    }

    @Test func argumentsStandInNames() throws {
        let text = "ARG v=12\nARG image=debian:$v\nFROM $image\n"
        #expect(try graph(text).vertices[0].base == .image("debian:12"))
        #expect(try graph(text, arguments: ["v": "13"]).vertices[0].base == .image("debian:13"))
    }

    @Test func aContextStandsInForAStage() throws {
        let graph = try graph(
            "FROM a AS base\nCOPY --from=later /x /\nFROM base\n", contexts: ["BASE": .directory("/tmp")])
        #expect(graph.vertices[0].isReplaced)
        #expect(graph.vertices[0].base == .context("base"))
    }

    @Test(arguments: [
        ("FROM a AS me\nCOPY --from=me /x /\n", 2, "circular dependency detected on stage: me"),
        (
            "FROM a AS x\nCOPY --from=y / /\nFROM b AS y\n", 2,
            "cannot copy from stage \"y\", it needs to be defined before current stage \"x\""
        ),
        ("FROM a\nCOPY --from=7 / /\n", 2, "there is no stage 7"),
        (
            "FROM a\nRUN true\nCOPY --from=$X / /\n", 3,
            "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround"
        ),
        ("ARG X\nFROM $X\n", 2, "base name ($X) should not be blank"),
    ])
    func mistakesHaveALine(_ text: String, _ line: Int, _ message: String) throws {
        let found: BuildFailure? = mistake(text)
        let failure = try #require(found)
        #expect(failure.kind == .learner)
        #expect(failure.diagnostic.message == message)
        #expect(failure.lines?.lowerBound == line)
        #expect(failure.diagnostic.hint != nil)
    }

    @Test func aMisspeltTargetIsGuessed() throws {
        let found: BuildFailure? = mistake("FROM a AS compiler\nFROM b\n", target: "complier")
        let failure = try #require(found)
        #expect(failure.diagnostic.message == "target stage \"complier\" could not be found (did you mean compiler?)")
    }

    @Test func aChainOfManyStagesIsNoDeepRecursion() throws {
        var text = "FROM a AS s0\n"
        for index in 1...5_000 { text += "FROM s\(index - 1) AS s\(index)\n" }
        #expect(try graph(text).needed.count == 5_001)
    }
}
