import Foundation
import Glibc
import Testing

/// A secret of a build is nowhere to be found after it: each place that could have kept it is looked at for a canary.
@Suite(.serialized)
struct SecretsTests {
    private static let canary = "canary-5f1c9e77aa02"

    private static let dockerfile = """
        FROM busybox:1
        RUN --mount=type=secret,id=token cat /run/secrets/token; echo; echo "x$(cat /run/secrets/token)x" >&2
        RUN --mount=type=secret,id=token,env=TOKEN echo "$TOKEN" && env | grep TOKEN
        RUN --mount=type=secret,id=token head -c 9 /run/secrets/token; sleep 0.1; tail -c +10 /run/secrets/token
        COPY --from=busybox:1 /etc/passwd /copied

        """

    @Test(arguments: ["plain", "rawjson"])
    func leaveNoTrace(_ progress: String) throws {
        let learner = try Learner()
        try learner.addLesson()
        try learner.write(Self.canary, to: "token.txt")
        try learner.write(Self.dockerfile, to: "context/Dockerfile")
        let build = [
            "docker", "build", "--network", "none", "--progress", progress, "--secret", "id=token,src=token.txt",
        ]
        let built = try learner.run(build + ["-t", "kept", "--metadata-file", "meta.json", "context"])
        #expect(built.status == 0, "\(built.error)")
        #expect(!(built.output + built.error).contains(Self.canary))
        if progress == "plain" {
            #expect(built.error.contains("x***x") && built.error.contains("TOKEN=***"))
        } else {
            let logs = built.error.split(separator: "\n").compactMap { line in
                (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["logs"]
                    as? [[String: Any]]
            }.flatMap { $0 }.compactMap { ($0["data"] as? String).flatMap { Data(base64Encoded: $0) } }
            let said = logs.map { String(decoding: $0, as: UTF8.self) }.joined()
            #expect(said.contains("x***x") && !said.contains(Self.canary))
        }
        #expect(!(try learner.read("meta.json")).contains(Self.canary))
        for words in [["history", "--no-trunc", "kept"], ["inspect", "kept"]] {
            #expect(!(try learner.run(["docker"] + words)).output.contains(Self.canary))
        }
        // The same with another value is the same step: the value is in no key.
        try learner.write("another-value-of-it", to: "token.txt")
        let again = try learner.run(build + ["-t", "kept", "context"])
        #expect(again.status == 0 && !again.error.contains("another-value"))

        try learner.write(
            "FROM busybox:1\nRUN --mount=type=secret,id=token cat /run/secrets/token && exit 3\n",
            to: "context/Dockerfile")
        try learner.write(Self.canary, to: "token.txt")
        let failed = try learner.run(build + ["context"])
        #expect(failed.status == 1)
        #expect(failed.error.hasSuffix("exit code: 3\n") && failed.error.contains("Dockerfile:2: error: "))
        #expect(!failed.error.contains(Self.canary))

        let save = try learner.run(["docker", "save", "-o", "kept.tar", "kept"])
        #expect(save.status == 0, "\(save.error)")
        for place in ["home", "kept.tar"] {
            let grep = "grep -r -a -l \(Self.canary) \(learner.folder.appendingPathComponent(place).path)"
            // A user's files that belong to subordinate ids are read with these mapped.
            let mapped = "unshare --map-root-user --map-auto"
            let script = geteuid() == 0 ? grep : "if \(mapped) true; then exec \(mapped) \(grep); else exec \(grep); fi"
            let search = try learner.run(URL(fileURLWithPath: "/bin/sh"), ["-c", script])
            #expect(search.status == 1, "the canary is in \(place): \(search.output)\(search.error)")
        }
    }
}
