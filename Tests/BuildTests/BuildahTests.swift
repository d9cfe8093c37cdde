import Glibc
import Linux
import OCI
import SystemPackage
import Testing

/// Cases in which `buildah` has to make the same image: the same config and the same files.
///
/// Times are not compared, nor the places that a step's mounts leave behind with `buildah`.
@Suite(.serialized) struct BuildahTests {
    /// Where `buildah` 1.28 and BuildKit are of one mind; elsewhere BuildKit is right.
    static let names = """
        add-archive-gzip add-archive-over-directory-and-file add-archive-xz arg-env-after-arg-wins
        arg-global-in-from arg-given arg-without-value-is-unset chmod-sets-special-bits chown-by-id chown-by-name
        chown-with-variables config-cmd-and-entrypoint config-entrypoint-resets-inherited-cmd config-labels
        copy-directory-merges copy-dot-takes-everything copy-file-to-deep-name copy-hard-links-stay-links
        copy-large-file copy-odd-names copy-relative-to-workdir dockerignore-exceptions dockerignore-order-decides
        env-in-copy-and-workdir env-old-form env-quotes env-same-line-uses-old-values run-chown run-environment
        run-exec-form run-links-and-modes run-makes-a-directory-anew run-removes-files run-renames
        run-replaces-a-directory-by-a-file run-shell-form stage-by-name stage-of-an-image stage-on-a-stage
        stage-owners-are-kept stage-target stage-unused-is-skipped symlink-below-is-kept symlink-source-is-followed
        symlink-target-directory-is-followed symlink-to-directory-source-is-followed syntax-comments-in-continuation
        syntax-escape-directive user-by-name user-by-number-and-group wildcard-in-the-middle wildcard-star
        workdir-is-made
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    @Test(
        .enabled(if: Buildah.isInstalled && geteuid() == 0, "needs the package buildah, and root to run it"),
        arguments: names)
    func agrees(_ name: String) async throws {
        let work = try Folder.make("lesson-buildah-case")
        defer { Folder.remove(work) }
        let buildCase = try BuildCase(name, in: BuildCaseTests.folder.appending(name))
        try await buildCase.prepare(in: work)
        let theirs = try await Buildah.shared.build(buildCase.arguments, in: work)
        let output = try await buildCase.build(in: work)
        try #require(output.status == 0, "\(output.standardError)")
        let ours = try BuildCase.image(in: work)
        var theirTree = theirs.tree
        for path in Self.stubs where ours.tree[path] == nil { theirTree[path] = nil }
        let wanted = Self.describe(theirs.config, theirTree)
        let found = Self.describe(ours.config, ours.tree)
        #expect(wanted == found, "\(JSONDifference.lines(wanted, found).joined(separator: "\n"))")
    }

    /// Where `buildah` mounts something while a step runs.
    private static let stubs = [
        "dev", "proc", "sys", "run", "run/.containerenv", "run/secrets", "etc/hosts", "etc/resolv.conf",
        "etc/hostname",
    ]

    /// The config as the OCI specification has it, without what is empty.
    private static func describe(_ document: JSON, _ tree: [String: String]) -> JSON {
        let keys = [
            "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal",
        ]
        var config: [String: JSON] = [:]
        for key in keys {
            guard let value = document["config"]?[key], ![.null, .array([]), .object([:]), ""].contains(value)
            else { continue }
            config[key] = key == "Env" ? .strings((value.strings ?? []).sorted()) : value
        }
        // Where `buildah` says nothing, BuildKit writes the default.
        config["WorkingDir"] = config["WorkingDir"] ?? "/"
        return .object([
            "config": .object(config), "architecture": document["architecture"] ?? .null, "os": document["os"] ?? .null,
            "tree": .object(tree.mapValues { .string($0) }),
        ])
    }
}
