import Lessons
import OCI

/// Files that must not be in any layer over the base.
enum ForbiddenJudgement {
    static func judge(_ rule: ForbiddenFilesRule, _ observations: Observations) -> Finding {
        guard let delta = observations.delta else { return .unobserved }
        let dockerfile = Wording.clipped(observations.graph?.dockerfile ?? "Dockerfile", 80)
        let globs = rule.paths.map { Glob($0) }
        let categories = rule.categories.map { (name: $0, globs: patterns($0).map { Glob($0) }) }
        let hits = Dictionary(grouping: observations.contentHits, by: \.path)
        var found: [(entry: ImageDelta.Entry, reason: String)] = []
        let entries = delta.entries
        for place in entries.indices
        where entries[place].kind != .whiteout && (rule.countsHidden || !entries[place].isHidden) {
            let isDirectory = entries[place].kind.isDirectory
            let reason = entries[place].path.bytes.withUnsafeBufferPointer { path -> String? in
                for index in globs.indices where globs[index].matches(path) { return "matches `\(rule.paths[index])`" }
                if isDirectory { return nil }
                for category in categories {
                    for glob in category.globs where glob.matches(path) { return noun(category.name) }
                }
                return nil
            }
            if let reason {
                found.append((entries[place], reason))
            } else if !hits.isEmpty,
                let hit = hits[entries[place].path]?.first(where: { rule.contents.contains($0.text) })
            {
                found.append((entries[place], "holds \"\(Wording.clipped(hit.text, 40))\""))
            }
        }
        if !rule.contents.isEmpty {
            for hit in observations.contentHits where rule.contents.contains(hit.text) {
                guard let entry = hit.omitted, rule.countsHidden || !entry.isHidden else { continue }
                found.append((entry, "holds \"\(Wording.clipped(hit.text, 40))\""))
            }
        }
        guard let first = found.first else { return unseen(rule, observations, delta) ?? .pass("none of them") }
        let bytes = found.lazy.map(\.entry.size).sizeSum
        var evidence = found.prefix(12).map { hit in
            let origin = hit.entry.origin.map { ", " + $0.sentence(dockerfile: dockerfile) } ?? ""
            let hidden = hit.entry.isHidden ? ", hidden by a later layer but still in layer \(hit.entry.layer)" : ""
            return "\(Wording.safe(hit.entry.path)) (\(Wording.bytes(hit.entry.size))): \(hit.reason)\(hidden)\(origin)"
        }
        if found.count > 12 { evidence.append("... and \(found.count - 12) more") }
        let line = found.lazy.compactMap { $0.entry.origin?.chain.first?.line }.first
        return .fail(
            "\(Wording.count(found.count, "file")) (\(Wording.bytes(bytes))), e.g. \(Wording.safe(first.entry.path))",
            evidence: evidence,
            advice: first.entry.isHidden
                ? "A deletion in a later step only hides \(Wording.safe(first.entry.path)): delete it in the step that makes it, or keep it in an earlier stage."
                : "Keep \(Wording.safe(first.entry.path)) out of the final image: leave it in an earlier stage.",
            line: line)
    }

    /// What is to be said instead of "none of them" when not all was looked at.
    private static func unseen(
        _ rule: ForbiddenFilesRule, _ observations: Observations, _ delta: ImageDelta
    ) -> Finding? {
        if !rule.contents.isEmpty, let unsearched = observations.unsearched {
            if unsearched.files > 0 {
                var evidence = unsearched.examples.prefix(12).map { "not searched to its end: \(Wording.safe($0))" }
                if unsearched.files > evidence.count {
                    evidence.append("... and \(unsearched.files - evidence.count) more")
                }
                return .fail(
                    "none in the first \(Wording.bytes(unsearched.limit)), but \(Wording.count(unsearched.files, "file")) (\(Wording.bytes(unsearched.bytes))) beyond them could not be searched",
                    evidence: evidence,
                    advice:
                        "Make the image smaller: at most \(Wording.bytes(unsearched.limit)) over the base are searched, and what is not searched does not count as clean."
                )
            }
            if let file = unsearched.unreadable.first {
                return .error(
                    "\(Wording.count(unsearched.unreadable.count, "file")) could not be read, e.g. \(Wording.safe(file))",
                    advice: "Grade it again; if it stays so, somebody has to look into \(Wording.safe(file)).")
            }
        }
        guard delta.omitted > 0, !rule.paths.isEmpty || !rule.categories.isEmpty else { return nil }
        return .fail(
            "none among the first \(delta.entries.count) files, but \(delta.omitted) more were not looked at",
            evidence: [
                "listed: \(delta.entries.count) files and directories over the base", "not listed: \(delta.omitted)",
            ],
            advice: "Put fewer files into the image: what is not looked at does not count as clean.")
    }

    static func noun(_ category: ForbiddenFilesRule.Category) -> String {
        switch category {
        case .compilers: "a compiler"
        case .packageLists: "package lists"
        case .sources: "source code"
        case .caches: "a cache"
        case .secrets: "a secret"
        }
    }

    /// Where such files are on the systems that images are made of.
    private static func patterns(_ category: ForbiddenFilesRule.Category) -> [String] {
        switch category {
        case .compilers:
            [
                "**/bin/gcc", "**/bin/gcc-[0-9]*", "**/bin/*-gcc*", "**/bin/cc", "**/bin/c++", "**/bin/g++*",
                "**/bin/clang*",
                "**/bin/rustc", "**/bin/javac", "**/bin/ghc", "**/bin/swiftc", "/usr/local/go/bin/go", "**/bin/go",
                "**/cc1", "**/cc1plus", "**/bin/make", "**/bin/ld", "**/bin/as",
            ]
        case .packageLists:
            ["/var/lib/apt/lists/**", "/var/cache/apk/**", "/lib/apk/db/APKINDEX*", "/var/lib/dnf/**"]
        case .sources:
            ["*.c", "*.cc", "*.cpp", "*.cxx", "*.go", "*.rs", "*.java", "*.swift", "*.hs", "*.zig"]
        case .caches:
            [
                "/var/cache/apt/**", "/root/.cache/**", "/home/*/.cache/**", "/root/.npm/**",
                "/root/.cargo/registry/**",
                "/go/pkg/**", "/root/go/pkg/**", "/root/.m2/**", "/var/cache/dnf/**", "/tmp/**",
            ]
        case .secrets:
            [
                "id_rsa", "id_ed25519", "id_ecdsa", "*.pem", ".netrc", ".npmrc", ".pypirc", ".env", ".git-credentials",
                "**/.aws/credentials", "**/.docker/config.json", "**/.kube/config", "**/.ssh/*",
            ]
        }
    }
}
