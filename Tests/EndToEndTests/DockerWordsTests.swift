import Foundation
import Testing

/// `lesson docker ...` as somebody types it who knows Docker: what it prints, and what the shell is told. What stands here
/// was compared with Docker's own command line.
@Suite(.serialized)
struct DockerWordsTests {
    private func learner() throws -> Learner {
        let learner = try Learner()
        try learner.addLesson()
        let pulled = try learner.run(["docker", "pull", "busybox:1"])
        #expect(pulled.status == 0, "\(pulled.error)")
        #expect(pulled.output.hasSuffix("docker.io/library/busybox:1\n"))
        return learner
    }

    @Test(
        arguments: [
            (["imagse"], 1, "docker: 'imagse' is not a docker command.\nSee 'docker --help'"),
            (["image", "foo"], 1, "docker: 'image foo' is not a docker command."),
            (["exec", "x"], 1, "docker: 'exec' is not supported by this engine"),
            (["images", "--frobnicate"], 125, "unknown flag: --frobnicate\nSee 'docker images --help'.\n"),
            (["run", "--rm", "--gpus", "all", "x"], 125, "unknown flag: --gpus\nSee 'docker run --help'.\n"),
            (["run"], 1, "\"docker run\" requires at least 1 argument.\nSee 'docker run --help'.\n"),
            (["run", "--name", "a b", "x"], 125, "docker: Invalid container name (a b)"),
            (["run", "--memory", "1k", "x"], 125, "docker: Minimum memory limit allowed is 6MB.\n"),
            (["history", "nope"], 1, "Error: No such image: nope:latest\n"),
            (["inspect", "nope"], 1, "Error: No such object: nope\n"),
            (["rmi", "nope"], 1, "Error: No such image: nope\n"),
            (["rmi", "-f", "nope"], 0, "Error: No such image: nope\n"),
            (["rm", "nope"], 1, "Error: No such container: nope\n"),
            (["export", "nope"], 1, "Error: No such container: nope\n"),
            (["images", "-f", "foo=bar"], 1, "Error: Invalid filter 'foo'\n"),
            (
                ["tag", "x", "BAD"], 1,
                "Error parsing reference: \"BAD\" is not a valid repository/tag: invalid reference format: repository name must be lowercase\n"
            ),
            (["inspect", "--type", "x", "y"], 125, "invalid argument \"x\" for \"--type\" flag: it is one of"),
            (
                ["run", "--memory", "x", "y"], 125,
                "invalid argument \"x\" for \"-m, --memory\" flag: invalid size: 'x'\n"
            ),
            (["run", "-it", "x"], 1, "the input device is not a TTY\n"),
            (["load", "-i", "/nowhere"], 1, "open /nowhere: no such file or directory\n"),
            (["push", "nope:1"], 1, "Error: An image does not exist locally with the tag: nope\n"),
            (["images", "--format", "{{.Id"], 1, "template parsing error: template: :1: unclosed action\n"),
            (["login"], 1, "Error: Cannot perform an interactive login from a non TTY device\n"),
            (
                ["history"], 1,
                """
                "docker history" requires exactly 1 argument.
                See 'docker history --help'.

                Usage:  docker history [OPTIONS] IMAGE

                Show the history of an image

                """
            ),
            (["image", "ls", "a", "b"], 1, "\"docker image ls\" requires at most 1 argument.\n"),
            (["tag", "x"], 1, "\"docker tag\" requires exactly 2 arguments.\n"),
            (["ps", "x"], 1, "\"docker ps\" accepts no arguments.\n"),
            (["inspect", "-f", "{{.Id", "x"], 64, "template parsing error"),
            (["run", "--rm", "never/was:here"], 125, "docker: "),
        ] as [([String], Int32, String)])
    func complainsAsDockerDoes(_ words: [String], _ status: Int32, _ complaint: String) throws {
        let outcome = try Learner().run(["docker"] + words)
        #expect(outcome.status == status)
        #expect(outcome.error.hasPrefix(complaint) || outcome.error.contains("Error: \(complaint)"), "\(outcome.error)")
    }

    @Test func takesOptionsOfAllCommandsBeforeTheirNames() throws {
        let learner = try Learner()
        for words in [["--color", "always", "docker", "ps"], ["docker", "--color=always", "ps", "--ascii"]] {
            #expect(try learner.run(words).status == 0, "\(words)")
        }
        let listed = try learner.run(["--json", "list"])
        #expect(listed.output.hasPrefix("{") || listed.output.hasPrefix("["))
    }

    @Test func runsAsDockerDoes() throws {
        let learner = try learner()
        try learner.write("A=1\n# no\nB=two words\n", to: "vars")
        let run = ["docker", "run", "--rm=true", "--network", "none"]
        let said = try learner.run(
            run + ["--env-file", "vars", "-e", "A=2", "-w", "/new/place", "busybox:1", "sh", "-c", "echo $A $B; pwd"])
        #expect(said.output == "2 two words\n/new/place\n", "\(said.error)")
        #expect(try learner.run(run + ["busybox:1", "sh", "-c", "exit 7"]).status == 7)
        #expect(try learner.run(run + ["-h", "box", "busybox:1", "sh", "-c", "echo $HOSTNAME"]).output == "box\n")
        #expect(
            try learner.run(run + ["-e", "HOSTNAME=x", "busybox:1", "sh", "-c", "echo $HOSTNAME"]).output == "x\n")
        #expect(try learner.run(run + ["busybox:1", "nope"]).status == 127)
        #expect(try learner.run(run + ["busybox:1", "/etc"]).status == 126)
        let other = try learner.run(run + ["--entrypoint", "echo", "busybox:1", "--rm", "-it"])
        #expect(other.output == "--rm -it\n")
        let nobody = try learner.run(run + ["-u", "nobody", "busybox:1", "id", "-u"])
        #expect(nobody.output == "65534\n" || nobody.output == "0\n", "\(nobody.error)")
        #expect(try learner.run(run + ["-u", "ghost", "busybox:1", "id"]).status == 125)
        // A folder that is not there is made, as Docker does for -v and not for --mount.
        #expect(try learner.run(run + ["-v", "./made:/there", "busybox:1", "ls", "/there"]).status == 0)
        try learner.write("here\n", to: "made/file")
        let seen = try learner.run(run + ["-v", "./made:/there:ro", "busybox:1", "cat", "/there/file"])
        #expect(seen.output == "here\n", "\(seen.error)")
        let sealed = try learner.run(
            run + ["--mount", "type=bind,src=made,dst=/there,ro", "busybox:1", "touch", "/there/x"])
        #expect(sealed.status == 1 && sealed.error.contains("Read-only"))
        #expect(try learner.run(run + ["--mount", "type=bind,src=lost,dst=/x", "busybox:1"]).status == 125)
        #expect(try learner.run(run + ["-v", "name:/x", "busybox:1"]).status == 125)
        #expect(try learner.run(["docker", "ps", "-a", "-q"]).output.isEmpty)
    }

    @Test func keepsContainersUntilTheyAreRemoved() throws {
        let learner = try learner()
        let run = ["docker", "run", "--network", "none", "--name", "box"]
        let first = try learner.run(run + ["busybox:1", "sh", "-c", "echo kept > /file; rm /etc/hosts; exit 3"])
        #expect(first.status == 3, "\(first.error)")
        let again = try learner.run(run + ["busybox:1", "true"])
        #expect(again.status == 125)
        #expect(again.error.hasPrefix("docker: Conflict. The container name \"/box\" is already in use by container"))

        let list = try learner.run(["docker", "ps", "-a"]).output
        #expect(list.hasPrefix("CONTAINER ID   IMAGE       COMMAND                  CREATED"))
        #expect(list.contains("   busybox:1   \"sh -c 'echo kept > …\"") || list.contains("\"sh -c echo kept > /…\""))
        #expect(list.contains("Exited (3)") && list.hasSuffix("   box\n"))
        #expect(try learner.run(["docker", "ps"]).output.split(separator: "\n").count == 1)
        let state = try learner.run(["docker", "inspect", "-f", "{{.State.ExitCode}} {{.Name}} {{.Path}}", "box"])
        #expect(state.output == "3 /box sh\n")
        // No image is made of it, and its own is not to be removed under it.
        #expect(try learner.run(["docker", "images", "-q"]).output.split(separator: "\n").count == 1)
        let removed = try learner.run(["docker", "rmi", "busybox:1"])
        #expect(removed.status == 1 && removed.error.contains("is using its referenced image"))
        #expect(try learner.run(["docker", "image", "prune", "-a", "-f"]).status == 0)

        #expect(try learner.run(["docker", "export", "-o", "box.tar", "box"]).status == 0)
        let imported = try learner.run(["docker", "import", "box.tar", "copy:1"])
        #expect(imported.output.hasPrefix("sha256:"), "\(imported.error)")
        let read = try learner.run(["docker", "run", "--rm", "--network", "none", "copy:1", "cat", "/file"])
        #expect(read.output == "kept\n", "\(read.error)")
        let committed = try learner.run(["docker", "commit", "-c", "CMD cat /file", "box", "committed"])
        #expect(committed.output.hasPrefix("sha256:"), "\(committed.error)")
        #expect(try learner.run(["docker", "run", "--rm", "--network", "none", "committed"]).output == "kept\n")

        #expect(try learner.run(["docker", "rm", "box"]).output == "box\n")
        #expect(try learner.run(["docker", "ps", "-aq"]).output.isEmpty)
        #expect(try learner.run(run + ["busybox:1", "true"]).status == 0)
    }

    @Test func countsWhatDockerCounts() throws {
        let learner = try learner()
        try learner.write("FROM scratch\nCOPY five /a/\nCOPY five /b\nLABEL a=b\n", to: "context/Dockerfile")
        try learner.write("five\n", to: "context/five")
        #expect(try learner.run(["docker", "build", "-q", "-t", "small", "context"]).status == 0)
        let sizes = try learner.run(["docker", "history", "--human=false", "--format", "{{.Size}}", "small"])
        #expect(sizes.output == "0\n5\n5\n", "\(sizes.error)")
        #expect(
            try learner.run(["docker", "images", "--format", "{{.Repository}} {{.Size}}", "small"]).output
                == "small 10B\n")
        #expect(
            try learner.run(["docker", "images", "-q", "-f", "label=a=b"]).output.split(separator: "\n").count == 1)
        let row = try learner.run(["docker", "images", "--format", "{{json .}}", "small"]).output
        #expect(row.contains("\"Digest\":\"\\u003cnone\\u003e\"") && row.contains("\"Containers\":\"N/A\""))
        let inspected = try learner.run(["docker", "inspect", "small"]).output
        #expect(inspected.hasPrefix("[\n    {\n        \"Id\": \"sha256:"))
        #expect(inspected.contains("\"Size\": 10,"))
        // Keys that the document leaves out are there for a template, as Docker's client has them.
        let absent = try learner.run(
            [
                "docker", "inspect", "-f",
                "{{.Config.ExposedPorts}}|{{json .Config.ExposedPorts}}|{{.Config.OnBuild}}|{{.Config.StopSignal}}",
                "small",
            ])
        #expect(absent.output == "map[]|null|[]|\n", "\(absent.error)")
        #expect(try learner.run(["docker", "version", "--format", "{{.Server.Os}}"]).output == "linux\n")
        #expect(try learner.run(["docker", "--version"]).output.hasPrefix("Docker version "))
        #expect(try learner.run(["docker", "info", "-f", "{{.Images}}"]).output == "2\n")
    }

    /// Against dockerd 20.10: which things count, what goes and what stays, what is asked.
    @Test func countsAndRemovesWhatDockerDoes() throws {
        let learner = try learner()
        func docker(_ words: String...) throws -> String {
            let done = try learner.run(["docker"] + words)
            #expect(done.status == 0, "\(words): \(done.error)")
            return done.output
        }
        let dockerfile =
            "FROM scratch AS other\nCOPY text /other\nFROM busybox:1\nCOPY --from=other /other /\nCOPY text /\n"
        try learner.write(dockerfile, to: "context/Dockerfile")
        for text in ["one", "two"] {
            try learner.write(text, to: "context/text")
            _ = try docker("build", "-q", "-t", "small", "--network", "none", "context")
        }
        _ = try docker("run", "--network", "none", "--name", "box", "small", "sh", "-c", "echo hello > /big")

        let counts = try docker("system", "df", "--format", "{{.Type}}:{{.TotalCount}}:{{.Active}}:{{.Reclaimable}}")
            .split(separator: "\n")
        #expect(counts[0].hasPrefix("Images:3:1:") && counts[0].hasSuffix("(99%)"), "\(counts)")
        #expect(counts[1...2] == ["Containers:1:0:6B (100%)", "Local Volumes:0:0:0B"], "\(counts)")
        let template = "{{range .Containers}}{{.Names}} {{.Size}}{{end}}{{range .Images}} {{.Containers}}{{end}}"
        #expect(try docker("system", "df", "-v", "--format", template) == "box 6B 1 0 0\n")
        let tables = try docker("system", "df", "-v")
        #expect(tables.contains("CONTAINER ID   IMAGE     COMMAND                  LOCAL VOLUMES   SIZE      CREATED"))

        // Nobody answers: no. Whoever pipes an answer is believed.
        let unasked = try docker("image", "prune")
        #expect(
            unasked == "WARNING! This will remove all dangling images.\n"
                + "Are you sure you want to continue? [y/N] Total reclaimed space: 0B\n")
        #expect(try docker("system", "prune").hasSuffix("Are you sure you want to continue? [y/N] "))
        let script = "echo y | \"$0\" docker image prune"
        let asked = try learner.run(URL(fileURLWithPath: "/bin/sh"), ["-c", script, learner.executable.path])
        #expect(asked.output.contains("[y/N] Deleted Images:\ndeleted: sha256:"), "\(asked)")
        for arguments in [["container", "prune", "-f"], ["image", "prune", "-f"], ["builder", "prune", "-f"]] {
            let wrong = try learner.run(["docker"] + arguments + ["--filter", "nonsense=1"])
            #expect(wrong.status == 1 && wrong.error.contains("Invalid filter 'nonsense'"), "\(wrong)")
            #expect(try learner.run(["docker"] + arguments + ["--filter", "nonsense"]).status == 125)
            let kept = try learner.run(["docker"] + arguments + ["--filter", "until=24h"])
            #expect(kept.output == "Total reclaimed space: 0B\n", "\(kept)")
        }
        #expect(try docker("container", "prune", "-f", "--filter", "label=none") == "Total reclaimed space: 0B\n")

        // The steps of an image that stays are not run again; those of the other stage are.
        let removed = try docker("system", "prune", "-f", "--volumes")
        #expect(removed.hasPrefix("Deleted Containers:\n") && removed.contains("Deleted build cache objects:\n"))
        #expect(try docker("ps", "-aq").isEmpty)
        func cached() throws -> Int {
            let built = try learner.run(["docker", "build", "--progress", "plain", "--network", "none", "context"])
            #expect(built.status == 0, "\(built.error)")
            return built.error.split(separator: "\n").count { $0.hasSuffix(" CACHED") && !$0.contains("[") }
        }
        // The base counts too.
        #expect(try cached() == 3)
        #expect(try docker("builder", "prune", "-f", "--keep-storage", "1GB") == "Total reclaimed space: 0B\n")
        #expect(try cached() == 4)
        _ = try docker("builder", "prune", "-a", "-f")
        #expect(try cached() == 1)

        // What a container stands on stays.
        _ = try docker("run", "--network", "none", "small", "true")
        #expect(try docker("image", "prune", "-a", "-f").contains("untagged: busybox:1\n"))
        #expect(try docker("images", "--format", "{{.Repository}}") == "small\n")
    }
}
