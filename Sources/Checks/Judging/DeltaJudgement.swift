import Lessons
import OCI

/// Whether an image holds only what it may over its base.
struct DeltaJudgement {
    private let rule: ImageDeltaRule
    private let observations: Observations
    private let dockerfile: String

    init(_ rule: ImageDeltaRule, _ observations: Observations) {
        self.rule = rule
        self.observations = observations
        dockerfile = Wording.clipped(observations.graph?.dockerfile ?? "Dockerfile", 80)
    }

    func judge() -> Finding {
        guard let delta = observations.delta else { return .unobserved }
        let entries = rule.countsHidden ? delta.entries : delta.entries.filter { !$0.isHidden }
        // By their places: there may be very many, and an entry is much to move about.
        let places = entries.indices.filter { !entries[$0].kind.isDirectory && entries[$0].kind != .whiteout }
        var (allowed, extras) = sort(places.map { entries[$0] })
        // A program that a later step strips or moves over itself is one program, not two.
        let programs = Set(allowed.map(\.path))
        let isEarlier: (ImageDelta.Entry) -> Bool = {
            $0.isHidden && programs.contains($0.path) && $0.content?.isELF == true
        }
        if !programs.isEmpty {
            allowed += extras.filter(isEarlier)
            extras.removeAll(where: isEarlier)
        }
        let removed = entries.indices.filter { entries[$0].kind == .whiteout }.map { entries[$0] }
        let changedDirectories = entries.indices.filter {
            entries[$0].kind.isDirectory && entries[$0].change == .changed
        }
        let changed = changedDirectories.map { entries[$0] } + allowed.filter { $0.change == .changed }
        let directories = rule.anyDirectories ? [] : strayDirectories(entries, allowed: allowed, extras: extras)
        let missing = missingAllowances(allowed)
        let isClean = extras.isEmpty && removed.isEmpty && changed.isEmpty && directories.isEmpty
        if isClean, missing.isEmpty, delta.omitted == 0 {
            let lines = allowed.prefix(10).map(line)
            return .pass(
                allowed.isEmpty
                    ? "nothing over the base" : "only \(Wording.list(allowed.prefix(3).map { Wording.safe($0.path) }))",
                evidence: Array(lines))
        }
        return failure(
            Problems(
                extras: extras, removed: removed, changed: changed, directories: directories, missing: missing),
            delta)
    }

    // MARK: - What is allowed

    /// Parts entries into those that an allowance covers and the others. The program that the command starts is
    /// counted first, so that a second one beside it is the one too many.
    private func sort(
        _ entries: [ImageDelta.Entry]
    ) -> (allowed: [ImageDelta.Entry], extras: [ImageDelta.Entry]) {
        let commands = Set(observations.executables.filter(\.isCommand).map(\.path))
        // The rank first: an entry is much to move about.
        var order: [[Int]] = [[], [], [], []]
        for (index, entry) in entries.enumerated() {
            order[(commands.contains(entry.path) ? 0 : 2) + (entry.isHidden ? 1 : 0)].append(index)
        }
        let globs = rule.allow.map { $0.path.map { Glob($0) } }
        var used = [Int](repeating: 0, count: rule.allow.count)
        var isAllowed = [Bool](repeating: false, count: entries.count)
        for index in order.joined() {
            let allowance = rule.allow.indices.first { allowance in
                rule.allow[allowance].count.map { used[allowance] < $0 } ?? true
                    && Self.covers(rule.allow[allowance], globs[allowance], entries[index])
            }
            guard let allowance else { continue }
            used[allowance] += 1
            isAllowed[index] = true
        }
        // Entries are sorted by layer and path.
        return (
            entries.indices.filter { isAllowed[$0] }.map { entries[$0] },
            entries.indices.filter { !isAllowed[$0] }.map { entries[$0] }
        )
    }

    private static func covers(
        _ allowance: ImageDeltaRule.Allowance, _ glob: Glob?, _ entry: ImageDelta.Entry
    ) -> Bool {
        guard entry.change == .added else { return false }
        if let glob, !glob.matches(bytes: entry.path.bytes) { return false }
        switch allowance.kind {
        case .elf: return entry.kind == .file && entry.content?.isELF == true
        case .file: return entry.kind == .file
        case .symlink: return entry.kind == .symlink
        case .any: return [.file, .hardlink, .symlink].contains(entry.kind)
        }
    }

    /// New directories that lead neither to what is allowed nor to what is reported already.
    private func strayDirectories(
        _ entries: [ImageDelta.Entry], allowed: [ImageDelta.Entry], extras: [ImageDelta.Entry]
    ) -> [ImageDelta.Entry] {
        var leading: Set<ImagePath> = []
        for entry in allowed + extras {
            var next = entry.path.parent
            while let path = next, leading.insert(path).inserted { next = path.parent }
        }
        let directories = entries.indices.filter { entries[$0].kind.isDirectory && entries[$0].change == .added }
        return directories.map { entries[$0] }.filter {
            !leading.contains($0.path) && !(MountStub.mayLeadToStub($0.path) && !$0.isHidden)
        }
    }

    private func missingAllowances(_ allowed: [ImageDelta.Entry]) -> [String] {
        rule.allow.filter { $0.kind == .elf && ($0.count ?? 0) > 0 }
            .filter { allowance in
                let glob = allowance.path.map { Glob($0) }
                return !allowed.contains { Self.covers(allowance, glob, $0) }
            }
            .map { $0.path ?? "the compiled program" }
    }

    // MARK: - What is said

    private struct Problems {
        var extras: [ImageDelta.Entry]
        var removed: [ImageDelta.Entry]
        var changed: [ImageDelta.Entry]
        var directories: [ImageDelta.Entry]
        var missing: [String]
    }

    private func failure(_ problems: Problems, _ delta: ImageDelta) -> Finding {
        var parts: [String] = []
        let extraBytes = problems.extras.lazy.map(\.size).sizeSum
        let extraPaths = Set(problems.extras.map(\.path)).count
        if extraPaths == 1, let extra = problems.extras.first {
            parts.append("also \(Wording.safe(extra.path)) (\(describe(extra)))")
        } else if extraPaths > 1 {
            parts.append("\(extraPaths + delta.omitted) more files (\(Wording.bytes(extraBytes)))")
        }
        if !problems.removed.isEmpty {
            let count = problems.removed.count
            parts.append("\(Wording.count(count, "deletion")) that \(count == 1 ? "hides" : "hide") what is below")
        }
        if !problems.changed.isEmpty {
            parts.append(Wording.count(problems.changed.count, "change") + " of what the base has")
        }
        if !problems.directories.isEmpty {
            let count = problems.directories.count
            parts.append(
                count == 1
                    ? "the folder \(Wording.safe(problems.directories[0].path)), which the program is not in"
                    : "\(count) folders that the program is not in")
        }
        if !problems.missing.isEmpty {
            parts.append("no compiled program")
        }
        if parts.isEmpty { parts.append("\(delta.omitted) more entries") }
        let others = [problems.removed, problems.changed, problems.directories]
        let shown = (Self.largest(problems.extras, 12) + others.lazy.joined().prefix(12)).prefix(12)
        var evidence = shown.map(line)
        let count = problems.extras.count + others.map(\.count).reduce(0, +)
        if count > 12 { evidence.append("... and \(count - 12 + delta.omitted) more") }
        if let note = otherBase(delta) { evidence.insert(note, at: 0) }
        var award = 0
        if let partial = rule.partial, problems.removed.isEmpty, problems.changed.isEmpty, problems.missing.isEmpty,
            extraPaths <= partial.extraFiles, extraBytes <= partial.extraBytes
        {
            award = partial.award
        }
        return .fail(
            Wording.list(parts), evidence: evidence, advice: advice(problems, delta),
            line: lineNumber(problems, delta), award: award)
    }

    /// The largest entries, the largest first; of equal ones by their paths. There may be very many.
    private static func largest(_ entries: [ImageDelta.Entry], _ count: Int) -> [ImageDelta.Entry] {
        let keys = entries.map { (size: $0.size, path: $0.path) }
        let order = keys.indices.sorted { a, b in
            keys[a].size == keys[b].size ? keys[a].path < keys[b].path : keys[a].size > keys[b].size
        }
        return order.prefix(count).map { entries[$0] }
    }

    private func otherBase(_ delta: ImageDelta) -> String? {
        guard case .tree(let plain) = delta.against, let base = observations.base else { return nil }
        return "compared with `\(plain)`: the final stage stands on `\(Wording.clipped(base.name, 80))` instead"
    }

    private func lineNumber(_ problems: Problems, _ delta: ImageDelta) -> Int? {
        if case .tree = delta.against {
            return observations.graph?.finalLine
        }
        return [problems.extras, problems.removed, problems.changed, problems.directories].lazy.joined()
            .compactMap(lineNumber).first
    }

    /// The Dockerfile line that put an entry there.
    private func lineNumber(_ entry: ImageDelta.Entry) -> Int? {
        if let line = entry.origin?.chain.first?.line { return line }
        guard let graph = observations.graph else { return nil }
        let steps = graph.finalChain.lazy.flatMap { graph.stages[$0].steps }
        return steps.first { $0.layer == entry.layerID }?.line
    }

    private func advice(_ problems: Problems, _ delta: ImageDelta) -> String? {
        if case .tree(let plain) = delta.against, let base = observations.base {
            return
                "The last stage stands on `\(Wording.clipped(base.name, 80))`, and all that is in it is in your image too. Use `FROM \(plain)` there."
        }
        if let script = problems.extras.first(where: { if case .script = $0.content { true } else { false } }),
            !problems.missing.isEmpty
        {
            return
                "\(Wording.safe(script.path)) is a script, not a compiled program: let `make hello` or `gcc` make it."
        }
        if !problems.missing.isEmpty, let command = observations.executables.first(where: \.isCommand),
            problems.extras.contains(where: { $0.path == command.path && $0.kind == .file && $0.change == .added })
        {
            return "\(Wording.safe(command.path)) is not a compiled program: let `make hello` or `gcc` make it."
        }
        if let hidden = problems.extras.first(where: \.isHidden) {
            // The same program twice: it was copied to one place and moved to another.
            if hidden.content?.isELF == true,
                let moved = delta.entries.first(where: {
                    !$0.isHidden && $0.kind == .file && $0.path != hidden.path && $0.size == hidden.size
                        && $0.content == hidden.content
                })
            {
                return
                    "\(Wording.safe(hidden.path)) was moved to \(Wording.safe(moved.path)), and layer \(hidden.layer) still holds it at its old place: copy it to \(Wording.safe(moved.path)) at once."
            }
            return
                "\(Wording.safe(hidden.path)) was deleted or replaced later, but layer \(hidden.layer) still holds it. Do not put it there in the first place: keep it in an earlier stage."
        }
        if problems.extras.count <= 10, let library = problems.extras.first(where: { isNeededLibrary($0.path) }) {
            return
                "The program needs \(Wording.safe(library.path)); only the program may be in the image, so link it statically (`gcc -static`)."
        }
        if let extra = problems.extras.first {
            let line = lineNumber(extra).map { "line \($0)" }
            if observations.graph?.stages.count == 1 {
                return
                    "Leave the compiler and the source in a first stage, and take only the program into a second one."
            }
            if extra.change == .changed, problems.extras.count <= 10 {
                return
                    "Leave \(Wording.safe(extra.path)) of the base as it is\(line.map { ": \($0) changes it" } ?? "")."
            }
            let count = problems.extras.count
            if count > 10, let step = extra.origin?.chain.first, step.text.uppercased().hasPrefix("RUN") {
                let account = ["useradd", "adduser"].contains { step.text.contains($0) }
                return
                    "Leave out line \(step.line): what it runs leaves files that are not the program."
                    + (account ? " `USER` takes a number too, which needs no account: `USER 1000`." : "")
            }
            if count > 10 {
                return
                    "\(line.map { "What \($0) brings is" } ?? "This is") far more than the program: copy the program alone, as in `COPY --from=compiler /hello /hello`."
            }
            return
                "Leave out what brings \(Wording.safe(extra.path))\(line.map { " (\($0))" } ?? ""): the final image needs only the program."
        }
        if let deletion = problems.removed.first {
            return
                "Deleting \(Wording.safe(deletion.path)) only hides it, the layer below still holds it: leave out\(lineNumber(deletion).map { " line \($0)" } ?? " the deletion")."
        }
        if let changed = problems.changed.first {
            let line = lineNumber(changed).map { ": line \($0) changes it" } ?? ""
            return "Leave \(Wording.safe(changed.path)) of the base as it is\(line)."
        }
        if let directory = problems.directories.first {
            let line = lineNumber(directory).map { " (line \($0))" } ?? ""
            return "Do not make \(Wording.safe(directory.path))\(line): the program is not in it."
        }
        return problems.missing.isEmpty ? nil : "Copy the compiled program into the last stage with `COPY --from=`."
    }

    private func isNeededLibrary(_ path: ImagePath) -> Bool {
        let name = String(decoding: path.name, as: UTF8.self)
        return observations.executables.contains { executable in
            if case .elf(let elf) = executable.content { elf.needed.contains(name) } else { false }
        }
    }

    private func describe(_ entry: ImageDelta.Entry) -> String {
        switch entry.kind {
        case .file:
            return Wording.bytes(entry.size) + (entry.content.map { ", \($0.phrase)" } ?? "")
        case .symlink:
            return "symbolic link to \(Wording.clipped(String(decoding: entry.target ?? [], as: UTF8.self), 80))"
        default: return entry.kind.noun
        }
    }

    /// `/hello.c  73 B, a text file, from ...`
    private func line(_ entry: ImageDelta.Entry) -> String {
        var text = "\(Wording.safe(entry.path)) (\(describe(entry)))"
        switch entry.change {
        case .removed: text = "\(Wording.safe(entry.path)) deleted in layer \(entry.layer)"
        case .changed: text += ", changes the base"
        case .added: break
        }
        if entry.isHidden { text += ", hidden by a later layer but still in layer \(entry.layer)" }
        if let origin = entry.origin, !origin.chain.isEmpty { text += ", \(origin.sentence(dockerfile: dockerfile))" }
        return text
    }
}
