import Glibc
import Linux
import OCI
import Synchronization
import SystemPackage
import Testing

@testable import Build

/// `--ssh`: an agent that steps can use, and not change.
@Suite(.serialized) struct AgentTests {
    /// An agent with one key, ended with the folder that it lives in.
    private struct Agent {
        let folder: FilePath
        let process: Int32

        var socket: FilePath { folder.appending("agent") }

        init() async throws {
            folder = try Folder.make("lesson-agent")
            let words = try await Shell.run(
                """
                eval $(ssh-agent -s -a "$PWD/agent") >/dev/null
                ssh-keygen -q -t ed25519 -N '' -C lesson@test -f key
                ssh-keygen -q -t ed25519 -N '' -C other@test -f other
                ssh-keygen -q -t ed25519 -N secret -C locked@test -f locked
                ssh-add -q key
                echo $SSH_AGENT_PID
                """, in: folder)
            process = try #require(Int32(words))
        }

        func end() {
            kill(process, SIGTERM)
            Folder.remove(folder)
        }
    }

    @Test func letsKeysBeUsedAndNothingBeChanged() async throws {
        let agent = try await Agent()
        defer { agent.end() }
        let folder = try Folder.make("lesson-proxy")
        defer { Folder.remove(folder) }
        let proxy = try AgentProxy("proxy", in: try RootedDirectory(at: folder), upstream: agent.socket)
        try proxy.start()
        let words = try await Shell.run(
            """
            ssh-add -l | cut -d' ' -f3
            echo text > text
            ssh-keygen -q -Y sign -n file -f '\(agent.folder)/key.pub' text 2>/dev/null && test -s text.sig && echo signed
            ssh-add -q '\(agent.folder)/other' 2>/dev/null || echo 'no key given'
            ssh-add -q -D 2>/dev/null || echo 'no key taken'
            ssh-add -l | cut -d' ' -f3
            """, in: folder, environment: ["SSH_AUTH_SOCK=\(folder)/proxy"])
        #expect(words == "lesson@test\nsigned\nno key given\nno key taken\nlesson@test")
        proxy.close()
    }

    @Test(arguments: 0...255 as ClosedRange<UInt8>) func allowsTwoRequestsAlone(_ kind: UInt8) {
        #expect(AgentConnection.isAllowed(kind) == [11, 13].contains(kind))
    }

    /// A client that says nonsense is hung up on, one that comes after it is served.
    @Test(arguments: [[0, 0, 0, 0], [255, 255, 255, 255, 1], [0, 0, 16], [0, 0, 0, 1, 11]] as [[UInt8]])
    func survivesNonsense(_ bytes: [UInt8]) async throws {
        let agent = try await Agent()
        defer { agent.end() }
        let folder = try Folder.make("lesson-proxy")
        defer { Folder.remove(folder) }
        let proxy = try AgentProxy("proxy", in: try RootedDirectory(at: folder), upstream: agent.socket)
        try proxy.start()
        do {
            let client = try LocalSocket.connect(to: folder.appending("proxy"))
            try client.write(bytes)
        }
        let words = try await Shell.run(
            "ssh-add -l | cut -d' ' -f3", in: folder, environment: ["SSH_AUTH_SOCK=\(folder)/proxy"])
        #expect(words == "lesson@test")
        proxy.close()
    }

    /// Threads and descriptors that are refused, so many of each, once that begins.
    private final class Refusals: Sendable {
        private struct Left {
            var threads = 0
            var descriptors = 0
        }
        private let left = Mutex(Left())

        func begin(threads: Int, descriptors: Int) {
            left.withLock { $0 = Left(threads: threads, descriptors: descriptors) }
        }

        var areOver: Bool { left.withLock { $0.threads + $0.descriptors == 0 } }

        var calls: AgentProxy.Calls {
            let usual = AgentProxy.Calls()
            return AgentProxy.Calls(
                accept: { listener throws(Errno) in
                    let isRefused = self.left.withLock { left in
                        defer { left.descriptors = max(0, left.descriptors - 1) }
                        return left.descriptors > 0
                    }
                    if isRefused { throw .tooManyOpenFiles }
                    return try usual.accept(listener)
                },
                startThread: { body throws(LinuxError) in
                    let isRefused = self.left.withLock { left in
                        defer { left.threads = max(0, left.threads - 1) }
                        return left.threads > 0
                    }
                    if isRefused {
                        throw LinuxError(DedicatedThread.operation, nil, .resourceTemporarilyUnavailable)
                    }
                    try usual.startThread(body)
                })
        }
    }

    /// A client for whom there is no thread, or no descriptor (at first not even with the spare one given up), is hung
    /// up on; one that comes after it is served.
    @Test(arguments: [(1, 0), (0, 1), (0, 3)])
    func hangsUpOnWhomItCannotServe(threads: Int, descriptors: Int) async throws {
        let agent = try await Agent()
        defer { agent.end() }
        let folder = try Folder.make("lesson-proxy")
        defer { Folder.remove(folder) }
        let refusals = Refusals()
        let proxy = try AgentProxy(
            "proxy", in: try RootedDirectory(at: folder), upstream: agent.socket, calls: refusals.calls)
        try proxy.start()
        refusals.begin(threads: threads, descriptors: descriptors)
        var talk = ChildProcess.Command("cat")
        talk.descriptors[0] = try LocalSocket.connect(to: folder.appending("proxy"))
        // It asks nothing: it ends where the proxy hangs up.
        try #require(await ChildProcess.run(talk, deadline: .seconds(20)).ending.isSuccess)
        #expect(refusals.areOver)
        let words = try await Shell.run(
            "ssh-add -l | cut -d' ' -f3", in: folder, environment: ["SSH_AUTH_SOCK=\(folder)/proxy"])
        #expect(words == "lesson@test")
        proxy.close()
    }

    /// What a step needs to talk to an agent: `ssh-add` and its libraries.
    private static let prepare = """
        cp --parents -L /usr/bin/ssh-add $(ldd /usr/bin/ssh-add | grep -o '/[^ ]*') .
        """

    private func build(
        _ steps: String, _ arguments: [String], agent: Agent?, in work: FilePath, home: FilePath? = nil
    ) async throws -> Program.Output {
        try await Shell.run("mkdir -p root && cd root && \(Self.prepare)", in: work)
        try RootedDirectory(at: work).writeFile("Dockerfile", Array("FROM busybox\nCOPY root /\n\(steps)".utf8))
        return try await Program.shared.docker(
            ["build", "--network", "none", "--output", "type=oci,dest=image.tar"] + arguments + ["."], in: work,
            environment: agent.map { ["SSH_AUTH_SOCK=\($0.socket)"] } ?? [])
    }

    @Test func passesAnAgentToAStep() async throws {
        let agent = try await Agent()
        defer { agent.end() }
        let work = try Folder.make("lesson-ssh")
        defer { Folder.remove(work) }
        // Whose socket it is only shuts out others where there are others.
        let steps = """
            RUN --mount=type=ssh echo $SSH_AUTH_SOCK > /where && ssh-add -l | cut -d' ' -f3 > /keys; ssh-add -D || echo no >> /keys
            RUN --mount=type=ssh,id=more,target=/s/sock,mode=0666,uid=33,gid=34,required=true stat -c '%F %a %u %g' /s/sock > /socket \
              && SSH_AUTH_SOCK=/s/sock ssh-add -l | cut -d' ' -f3 >> /socket
            USER 33
            RUN --mount=type=ssh,uid=33 ssh-add -l > /dev/null
            RUN --mount=type=ssh \(Expectations.isForOneID ? "" : "!") ssh-add -l 2>/dev/null
            USER 0
            RUN --mount=type=ssh,id=nobody test ! -e /run/buildkit/ssh_agent.0
            RUN test ! -e /run/buildkit && test -z "$SSH_AUTH_SOCK"
            """
        let output = try await build(
            steps, ["--ssh", "default", "--ssh", "more=\(agent.folder)/other"], agent: agent, in: work)
        try #require(output.status == 0, "\(output.standardError)")
        let image = try BuildCase.image(in: work)
        #expect(image.tree["keys"] == "file 644 0:0 \"lesson@test\\nno\\n\"")
        #expect(image.tree["where"] == "file 644 0:0 \"/run/buildkit/ssh_agent.0\\n\"")
        let owner = Expectations.isForOneID ? "0 0" : "33 34"
        #expect(image.tree["socket"] == "file 644 0:0 \"socket 666 \(owner)\\nother@test\\n\"")
        #expect(image.tree.keys.allSatisfy { !$0.hasPrefix("run/buildkit") && !$0.hasPrefix("s/") })
        #expect(
            image.config["config"]?["Env"]?.text.contains("SSH_AUTH_SOCK") == false
                && !image.config.text.contains("\(agent.folder)"))
        // Nothing of the agent is in a key: without one, all is found again.
        let again = try await build(steps, [], agent: nil, in: work)
        #expect(again.standardError.contains("7 of 7 steps from the cache"))
    }

    @Test func saysWhenThereIsNoAgent() async throws {
        let agent = try await Agent()
        defer { agent.end() }
        let work = try Folder.make("lesson-ssh")
        defer { Folder.remove(work) }
        let missing = try await build("RUN --mount=type=ssh,required true\n", [], agent: agent, in: work)
        #expect(missing.status == 1)
        #expect(missing.standardError.contains("Dockerfile:3: error: no SSH key \"default\" forwarded from the client"))
        let none = try await build("RUN --mount=type=ssh true\n", ["--ssh", "default"], agent: nil, in: work)
        #expect(none.status == 1)
        #expect(none.standardError.contains("make sure SSH_AUTH_SOCK is set"))
        let locked = try await build(
            "RUN --mount=type=ssh ssh-add -l\n", ["--ssh", "default=\(agent.folder)/locked"], agent: nil, in: work)
        #expect(locked.status == 2)
        #expect(locked.standardError.contains("has a passphrase"))
        let twice = try await build("RUN true\n", ["--ssh", "a=x", "--ssh", "a=y"], agent: nil, in: work)
        #expect(twice.status == 64 || twice.status == 125)
    }
}
