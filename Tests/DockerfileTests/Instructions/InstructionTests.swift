import Diagnostics
import Testing

@testable import Dockerfile

struct InstructionTests {
    @Test func readsStages() throws {
        let dockerfile = try parsed(
            "ARG v=1\n# build compiles\nFROM --platform=$BUILDPLATFORM gcc:$v AS Build\nFROM scratch\n")
        #expect(dockerfile.metaArguments.count == 1)
        let first = dockerfile.stages[0]
        #expect(first.base.text == "gcc:$v")
        #expect(first.platform == "$BUILDPLATFORM")
        #expect(first.name == "build")
        #expect(first.originalName?.text == "Build")
        #expect(first.documentation == "compiles")
        #expect(dockerfile.stages[1].name == nil)
    }

    @Test func readsCopy() throws {
        let text =
            "FROM a\nCOPY --from=b --chown=1:2 --chmod=u=rw --link --parents --exclude=*.o --exclude=x <<E c d/ e/\nhi\nE\n"
        guard case .copy(let copy)? = try instructions(text).first else { return #expect(Bool(false)) }
        #expect(copy.sources == ["c", "d/"])
        #expect(copy.destination == "e/")
        #expect(copy.from == "b")
        #expect(copy.chown == "1:2")
        #expect(copy.chmod == "u=rw")
        #expect(copy.link && copy.parents)
        #expect(copy.excludes == ["*.o", "x"])
        #expect(copy.inlineSources == [InlineSource(name: "E", content: Array("hi\n".utf8), expands: true)])
    }

    @Test func readsAdd() throws {
        guard
            case .add(let add)? = try instructions(
                "FROM a\nADD --unpack=false --keep-git-dir --checksum=sha256:0 [\"a b\", \"/\"]"
            ).first
        else { return #expect(Bool(false)) }
        #expect(add.sources == ["a b"])
        #expect(add.unpack == false)
        #expect(add.keepGitDirectory == true)
        #expect(add.checksum == "sha256:0")
    }

    @Test func readsRun() throws {
        guard
            case .run(let run)? = try instructions(
                "FROM a\nRUN --network=none --mount=type=cache,target=/c --mount=from=b,target=/d make  it"
            ).first
        else { return #expect(Bool(false)) }
        #expect(run.commandLine == .shell("make  it"))
        #expect(run.network == .none)
        #expect(run.mountOrigins == ["b"])
        #expect(run.mountFlags.count == 2)
    }

    @Test func readsTheOthers() throws {
        let all = try instructions(
            """
            FROM a
            CMD []
            ENTRYPOINT ["a", "b"]
            ENV a=1 b="2 3"
            ENV old and new
            LABEL x=y
            EXPOSE 80 53/udp
            VOLUME /a /b
            WORKDIR /a b
            USER me
            STOPSIGNAL SIGINT
            SHELL ["/bin/bash", "-c"]
            MAINTAINER me <me@example.org>
            ONBUILD  RUN x
            HEALTHCHECK --interval=1m30s --retries=3 CMD curl x
            HEALTHCHECK NONE
            ARG a b=c
            """)
        var health = HealthCheck(test: ["CMD-SHELL", "curl x"])
        health.interval = 90_000_000_000
        health.retries = 3
        #expect(
            all == [
                .cmd(.exec([])), .entrypoint(.exec(["a", "b"])),
                .env([KeyValue(key: "a", value: "1"), KeyValue(key: "b", value: "\"2 3\"")]),
                .env([KeyValue(key: "old", value: "and new", isLegacy: true)]),
                .label([KeyValue(key: "x", value: "y")]),
                .expose(["53/udp", "80"]), .volume(["/a", "/b"]), .workdir("/a b"), .user("me"), .stopSignal("SIGINT"),
                .shell(["/bin/bash", "-c"]), .maintainer("me <me@example.org>"),
                .onbuild(OnbuildInstruction(expression: "RUN x")), .healthcheck(health),
                .healthcheck(HealthCheck(test: ["NONE"])),
                .arg(ArgumentInstruction(arguments: [.init(name: "a"), .init(name: "b", value: "c")])),
            ])
    }

    @Test func keepsHeredocsOfTriggers() throws {
        guard case .onbuild(let trigger)? = try instructions("FROM a\nONBUILD RUN <<EOF\nx\nEOF\n").first else {
            return #expect(Bool(false))
        }
        #expect(trigger.expression == "RUN <<EOF\nx\nEOF")
        let command = try Command.parseTrigger(trigger.expression)
        #expect(command.heredocs.first?.content == Array("x\n".utf8))
        #expect(throws: DockerfileError.self) { try Command.parseTrigger("RUN a\nRUN b") }
        #expect(throws: DockerfileError.self) { try Command.parseTrigger("FROM a") }
    }

    /// What a person gets to read: the place, the message and what to do.
    @Test(
        arguments: [
            ("FROM a\nRUM x\n", "2:1 unknown instruction: RUM; did you mean RUN?"),
            ("FROM a\nRNU x\n", "2:1 unknown instruction: RNU; did you mean RUN?"),
            ("FROM a\nfoo x\n", "2:1 unknown instruction: foo; did you mean from?"),
            ("FROM a\ncopyy x y\n", "2:1 unknown instruction: copyy; did you mean copy?"),
            (
                "FROM a\nmkdir /x\n",
                "2:1 unknown instruction: mkdir; to run a command while building, write RUN mkdir ...; a line that goes on must end with \\"
            ),
            (
                "FROM a\nRUN\u{A0}x\n",
                "2:1 unknown instruction: RUN\u{A0}x; a no-break space follows the instruction: type an ordinary space in its place"
            ),
            ("FROM a b\n", "1:8 FROM requires either one or three arguments; did you mean FROM a AS b?"),
            (
                "FROM a as 1b\n",
                "1:11 invalid name for build stage: \"1b\", name can't start with a number or contain symbols; use a letter, then letters, digits, `-`, `_` and `.`"
            ),
            ("FROM a\nCOPY --form=x a b\n", "2:6 unknown flag: --form; did you mean from?"),
            (
                "FROM a\nCOPY --from = x a b\n",
                "2:6 missing a value on flag: --from; write --from=value, with = and no spaces around it"
            ),
            (
                "FROM a\nCOPY \\\n  --link=maybe a b\n",
                "3:3 expecting boolean value for flag --link, not: maybe; write --link or --link=false"
            ),
            ("FROM a\nCOPY --from=x --from=y a b\n", "2:15 duplicate flag specified: --from; give --from once"),
            (
                "FROM a\nCOPY hello.c\n",
                "2:6 COPY requires at least two arguments, but only one was provided. Destination could not be determined; write what to copy and where to, as in COPY hello.c ."
            ),
            (
                "RUN x\nFROM a\n",
                "1:1 no build stage in current context; FROM comes first: only ARG may stand before it"
            ),
            (
                "FROM a\nRUN --mount=from=$x,target=/y z\n",
                "2:5 'from' doesn't support variable expansion, define alias stage instead; add a stage `FROM $x AS source` before, and write from=source"
            ),
            ("FROM a\nRUN --network=non x\n", "2:5 invalid network mode \"non\"; did you mean none?"),
            (
                "FROM a\nSHELL /bin/bash\n",
                "2:7 SHELL requires the arguments to be in JSON form; write SHELL [\"/bin/bash\", \"-c\"], with double quotes"
            ),
            (
                "FROM a\nHEALTHCHECK curl x\n",
                "2:13 Unknown type \"CURL\" in HEALTHCHECK (try CMD); write HEALTHCHECK CMD curl x"
            ),
            (
                "FROM a\nHEALTHCHECK --interval=3 CMD x\n",
                "2:13 time: missing unit in duration \"3\"; write a number and a unit, as in 30s, 1m30s or 500ms"
            ),
            ("FROM a\nENV\n", "2:1 ENV requires at least one argument; write ENV key=value"),
            ("FROM a\nENV key\n", "2:5 ENV must have two arguments; write ENV key=value"),
            (
                "FROM a\nCOPY a <<EOF\nEOF\n",
                "2:8 COPY cannot accept a heredoc as a destination; the destination comes last: COPY <<EOF /path"
            ),
        ])
    func explainsErrors(_ text: String, _ message: String) throws {
        let first = try #require(try failure(text).diagnostics.first)
        let start = try #require(first.range?.start)
        #expect("\(start.line):\(start.column) \(first.message); \(first.hint ?? "")" == message)
        #expect(first.file == "Dockerfile")
    }

    @Test func collectsErrors() throws {
        let error = try failure("FROM a\nRUM x\nCOPPY a b\nRUN y\nUSERR z\n")
        #expect(error.diagnostics.map { $0.range?.start.line } == [2, 3, 5])
        #expect(error.lines == 2...2)
    }
}
