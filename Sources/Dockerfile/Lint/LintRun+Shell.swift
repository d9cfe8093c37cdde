import Diagnostics

/// What `RUN` does that a learner will be sorry for.
extension LintRun {
    /// A `RUN` and the shell commands in it.
    private struct Run {
        var command: Command
        var shell: [[String]]
        var text: String
        var mounts: [String]
    }

    private static func run(_ command: Command) -> Run? {
        guard case .run(let run) = command.instruction else { return nil }
        var text: String
        switch run.commandLine {
        case .exec(let words):
            // `sh -c text` is a text, too.
            guard words.count == 3, words[1] == "-c" else {
                return Run(command: command, shell: [words], text: words.joined(separator: " "), mounts: run.mountFlags)
            }
            text = words[2]
        case .shell(let line): text = line
        }
        for heredoc in run.heredocs { text += "\n" + String(decoding: heredoc.content, as: UTF8.self) }
        return Run(command: command, shell: ShellScan.commands(text), text: text, mounts: run.mountFlags)
    }

    mutating func checkShellCommands(_ dockerfile: Dockerfile) {
        let final = Self.chain(to: targetStage(dockerfile), dockerfile)
        for stage in dockerfile.stages {
            var hasUpdated = false
            for command in stage.commands {
                guard let run = Self.run(command) else { continue }
                checkPackages(run, isFinal: final.contains(stage.index), hasUpdated: &hasUpdated)
                checkDirectory(run)
                checkHeredoc(command)
            }
        }
        checkCompiler(dockerfile, final: final)
        checkQuotes(dockerfile)
    }

    func targetStage(_ dockerfile: Dockerfile) -> Int {
        let named = options.target.flatMap { target in
            dockerfile.stages.last { $0.name == target.lowercased() }?.index
        }
        return named ?? dockerfile.stages.count - 1
    }

    /// A stage and those it builds on.
    static func chain(to index: Int, _ dockerfile: Dockerfile) -> Set<Int> {
        var out: Set<Int> = []
        var current: Int? = index
        while let index = current, out.insert(index).inserted {
            let base = dockerfile.stages[index].base.text.lowercased()
            current = dockerfile.stages[..<index].last { $0.name == base }?.index
        }
        return out
    }

    private static func isApt(_ words: [String], _ verb: String) -> Bool {
        guard let program = words.first?.split(separator: "/").last, program == "apt-get" || program == "apt" else {
            return false
        }
        return words.dropFirst().first { !$0.hasPrefix("-") && !$0.utf8.contains(UInt8(ascii: "=")) } == verb
    }

    private mutating func checkPackages(_ run: Run, isFinal: Bool, hasUpdated: inout Bool) {
        let updates = run.shell.contains { Self.isApt($0, "update") }
        let installs = run.shell.filter { Self.isApt($0, "install") }
        defer { hasUpdated = hasUpdated || updates }
        let comments = run.command.comments
        if let install = installs.first(where: { !Self.saysYes($0) }),
            !run.text.contains("APT::Get::Assume-Yes")
        {
            warn(
                "apt-get-without-yes", "`\(install[0]) install` asks before it installs, and nobody answers in a build",
                at: run.command.range, comments: comments, hint: "write \(install[0]) install -y")
        }
        if let install = installs.first, !updates, !Self.hasMount(run, "/var/lib/apt") {
            warn(
                "apt-get-without-update",
                hasUpdated
                    ? "`\(install[0]) install` uses the package lists of an earlier RUN, which the cache may keep for months"
                    : "`\(install[0]) install` has no package lists to find packages in",
                at: run.command.range, comments: comments,
                hint: "write RUN apt-get update && apt-get install -y ..., in one RUN")
        }
        if isFinal, updates, !run.text.contains("/var/lib/apt/lists"), !Self.hasMount(run, "/var/lib/apt") {
            warn(
                "package-lists-left", "the package lists stay in the image", at: run.command.range, comments: comments,
                hint: "end this RUN with && rm -rf /var/lib/apt/lists/*; a later RUN makes nothing smaller",
                severity: .note)
        }
    }

    private static func saysYes(_ words: [String]) -> Bool {
        words.contains { word in
            word == "--yes" || word == "--assume-yes" || word.hasPrefix("--quiet=2") || word.hasPrefix("-q=2")
                || (word.hasPrefix("-") && !word.hasPrefix("--")
                    && (word.contains("y") || word.filter { $0 == "q" }.count > 1))
        }
    }

    private static func hasMount(_ run: Run, _ path: String) -> Bool { run.mounts.contains { $0.contains(path) } }

    private mutating func checkDirectory(_ run: Run) {
        guard run.shell.count == 1, run.shell[0].first == "cd" else { return }
        let path = run.shell[0].dropFirst().first ?? "/path"
        warn(
            "cd-has-no-effect", "`cd` ends with this RUN: the next one starts where this one did",
            at: run.command.range, comments: run.command.comments, hint: "write WORKDIR \(path)")
    }

    private mutating func checkHeredoc(_ command: Command) {
        guard case .run(let run) = command.instruction, run.heredocs.count == 1,
            case .shell(let line) = run.commandLine,
            (try? Heredoc.parse(line)) != nil
        else { return }
        let text = String(decoding: run.heredocs[0].effectiveContent, as: UTF8.self)
        let commands = text.split(separator: "\n").filter { line in
            let trimmed = GoSpace.trim(String(line))
            return !trimmed.isEmpty && !trimmed.hasPrefix("#")
        }
        guard !text.hasPrefix("#!"), commands.count > 1, !text.contains("set -e"), !text.contains("errexit") else {
            return
        }
        warn(
            "heredoc-goes-on", "the commands of a here-document go on after one of them failed", at: command.range,
            comments: command.comments, hint: "begin it with `set -e`", severity: .note)
    }

    // MARK: The compiler

    private static let compilers: Set<String> = [
        "gcc", "g++", "build-essential", "clang", "cc", "tcc", "make", "cmake", "golang", "golang-go", "go", "rustc",
        "cargo", "rust", "default-jdk", "default-jdk-headless", "openjdk-17-jdk", "build-base", "musl-dev", "libc6-dev",
        "gfortran", "ghc", "nodejs-dev", "python3-dev",
    ]
    private static let compilerImages: Set<String> = ["gcc", "golang", "rust", "haskell", "swift", "maven", "gradle"]

    private mutating func checkCompiler(_ dockerfile: Dockerfile, final: Set<Int>) {
        for index in final.sorted() {
            let stage = dockerfile.stages[index]
            let image = stage.base.text.split(separator: "/").last?.split(whereSeparator: { $0 == ":" || $0 == "@" })
                .first
            if let image, Self.compilerImages.contains(String(image)), !stage.base.text.contains("slim"),
                !dockerfile.stages[..<index].contains(where: { $0.name == stage.base.text.lowercased() })
            {
                warn(
                    "compiler-in-final-stage", "the final image is built on `\(stage.base.text)`, compiler and all",
                    at: stage.base.range ?? stage.range, comments: stage.comments, hint: Self.compilerHint(stage))
            }
            for command in stage.commands {
                guard let run = Self.run(command) else { continue }
                let installed = run.shell.filter { words in
                    Self.isApt(words, "install") || (words.first == "apk" && words.contains("add"))
                        || (["dnf", "yum", "microdnf"].contains(words.first) && words.contains("install"))
                }.joined()
                guard let package = installed.first(where: Self.compilers.contains) else { continue }
                warn(
                    "compiler-in-final-stage", "the final image holds the compiler: `\(package)` is installed here",
                    at: command.range, comments: command.comments, hint: Self.compilerHint(stage))
                return
            }
        }
    }

    private static func compilerHint(_ stage: Stage) -> String {
        let name = stage.name ?? "compiler"
        let naming = stage.name == nil ? "name this stage with AS compiler, " : ""
        return "\(naming)begin another with FROM, and COPY --from=\(name) what was compiled"
    }

    /// `CMD ['a']` is no JSON.
    private mutating func checkQuotes(_ dockerfile: Dockerfile) {
        for command in dockerfile.stages.flatMap(\.commands) {
            let text: String
            switch command.instruction {
            case .cmd(.shell(let line)), .entrypoint(.shell(let line)): text = line
            case .run(let run):
                guard case .shell(let line) = run.commandLine else { continue }
                text = line
            default: continue
            }
            guard text.hasPrefix("["), text.hasSuffix("]") else { continue }
            let hasSingle = text.contains("'")
            warn(
                "single-quotes-in-json",
                hasSingle
                    ? "\(command.keyword) is in shell form here: JSON wants double quotes"
                    : "\(command.keyword) looks like JSON but is none, so it is in shell form",
                at: command.range(of: text), comments: command.comments,
                hint: RepairedJSON.array(from: text).map { "write \(command.keyword) \($0)" }
                    ?? "put each word in double quotes, a comma between them: [\"a\", \"b\"]")
        }
    }
}
