import Diagnostics
import Slides
import SystemPackage

/// Makes exercises of the directives in a deck's comments.
struct ExerciseDirectives {
    let deck: Deck
    let folder: FilePath

    struct Found {
        var exercises: [Exercise] = []
        var diagnostics: [Diagnostic] = []
        /// The ids of `exercises`.
        var ids: Set<String> = []
    }

    func exercises() -> Found {
        var found = Found()
        for slide in deck.slides {
            for directive in slide.directives { apply(directive, slide, &found) }
        }
        for index in found.exercises.indices where found.exercises[index].rubric.checks.isEmpty {
            found.exercises[index].rubric = Self.rubric(for: found.exercises[index])
        }
        return found
    }

    private func apply(_ directive: Directive, _ slide: Slide, _ found: inout Found) {
        let arguments = directive.arguments
        if directive.kind == .exercise {
            let id = arguments["id"] ?? Self.slug(slide.title ?? "exercise-\(slide.number)")
            guard found.ids.insert(id).inserted else {
                report("exercise-id", "two exercises have the id `\(id)`", directive, &found)
                return
            }
            found.exercises.append(
                Exercise(
                    id: id, title: arguments["title"] ?? slide.title ?? id,
                    slide: SlideReference(number: slide.number, title: slide.title), source: .directive,
                    place: Exercise.SourcePlace(file: slide.file ?? deck.file, range: directive.range),
                    tag: arguments["tag"]))
            return
        }
        guard let last = found.exercises.indices.last else { return }
        switch directive.kind {
        case .file, .starter:
            guard let name = arguments["name"], let file = file(name, directive, slide, &found) else { return }
            found.exercises[last].starter.append(file)
        case .solution:
            guard let file = file(arguments["name"] ?? "Dockerfile", directive, slide, &found) else { return }
            var files: [StarterFile] = []
            if case .files(let earlier) = found.exercises[last].solution { files = earlier }
            found.exercises[last].solution = .files(files + [file])
        case .hint:
            if let text = arguments["text"] {
                found.exercises[last].hints.append(Hint(check: arguments["check"], text: text))
            }
        case .check: check(arguments, directive, last, &found)
        default: break
        }
    }

    private func file(_ name: String, _ directive: Directive, _ slide: Slide, _ found: inout Found) -> StarterFile? {
        guard isInside(name) else {
            report("exercise-path", "`\(name)` does not stay inside the workspace", directive, &found)
            return nil
        }
        if let path = directive.arguments["path"], isInside(path) {
            guard let (bytes, mode) = try? LocalFiles.read(folder.pushing(FilePath(path)), limit: 16 << 20) else {
                report("exercise-starter", "cannot read `\(path)`", directive, &found)
                return nil
            }
            return StarterFile(path: name, contents: bytes, mode: mode & 0o777 | 0o600)
        }
        guard case .fence(let index) = directive.target, let fence = slide.fences.first(where: { $0.index == index })
        else { return nil }
        return StarterFile(path: name, contents: Array(fence.text.utf8))
    }

    /// `lesson:check` with `stages=2`, `stdout="..."`, `only-files=/hello`, `max-size=100MB`, `smaller-than=ID`.
    private func check(_ arguments: [String: String], _ directive: Directive, _ last: Int, _ found: inout Found) {
        var checks = found.exercises[last].rubric.checks
        func add(_ id: String, _ kind: CheckKind) {
            checks.append(CheckDefinition(id: id, kind: kind, points: 1, isRequired: true, needs: ["builds"]))
        }
        if checks.isEmpty {
            checks.append(CheckDefinition(id: "builds", kind: .builds, points: 1, isRequired: true, isGate: true))
        }
        for property in directive.orderedArguments {
            switch property.key {
            case "stages": add("stages", .stages(StagesRule(minimum: Int(property.value) ?? 2)))
            case "stage-name": add("stage-name", .stageName(StageNameRule(name: property.value)))
            case "stdout": add("runs", .run(RunRule(standardOutput: .trimmed(property.value))))
            case "exit": add("exits", .run(RunRule(exitStatus: Int32(property.value) ?? 0)))
            case "only-files":
                add(
                    "only-files",
                    .imageDelta(
                        ImageDeltaRule(
                            allow: property.value.split(separator: ",").map {
                                ImageDeltaRule.Allowance(kind: .any, path: String($0), count: 1)
                            })))
            case "max-size":
                guard let bytes = Self.bytes(property.value) else {
                    report("check-value", "`\(property.value)` is no size", directive, &found)
                    continue
                }
                add("max-size", .size(SizeRule(than: .bytes(bytes))))
            case "smaller-than":
                found.exercises[last].reference = Exercise.Reference(exercise: property.value)
                add("smaller", .size(SizeRule(than: .reference, percent: 10)))
            case "base": found.exercises[last].bases = property.value.split(separator: ",").map(String.init)
            default:
                let known = [
                    "base", "exit", "max-size", "only-files", "smaller-than", "stage-name", "stages", "stdout",
                ]
                let near = Suggestion.nearest(to: property.key, among: known)
                found.diagnostics.append(
                    Diagnostic(
                        id: "check-key", severity: .error, file: deck.file, range: directive.range,
                        message: "unknown check `\(property.key)`",
                        hint: near.map { "did you mean `\($0)`?" }
                            ?? "the checks here are \(known.joined(separator: ", "))"))
            }
        }
        found.exercises[last].rubric = Rubric(points: checks.reduce(0) { $0 + $1.points }, checks: checks)
    }

    private func report(_ id: String, _ message: String, _ directive: Directive, _ found: inout Found) {
        found.diagnostics.append(
            Diagnostic(id: id, severity: .error, file: deck.file, range: directive.range, message: message))
    }

    /// What an exercise that says nothing is judged by: that it builds, and where its model has several stages, that
    /// it has too and that its command ends well.
    static func rubric(for exercise: Exercise) -> Rubric {
        var checks = [CheckDefinition(id: "builds", kind: .builds, points: 10, isRequired: true, isGate: true)]
        let texts: [StarterFile]
        if case .files(let files) = exercise.solution { texts = files } else { texts = exercise.starter }
        let stages =
            texts.filter { $0.path.hasSuffix("Dockerfile") }.map { file in
                String(decoding: file.contents, as: UTF8.self).split(separator: "\n")
                    .count { $0.drop { $0 == " " }.lowercased().hasPrefix("from ") }
            }.max() ?? 0
        if stages > 1 {
            checks.append(
                CheckDefinition(
                    id: "stages", kind: .stages(StagesRule()), points: 10, isRequired: true, needs: ["builds"]))
        }
        checks.append(
            CheckDefinition(id: "runs", kind: .run(RunRule()), points: 10, isRequired: true, needs: ["builds"]))
        return Rubric(points: checks.reduce(0) { $0 + $1.points }, checks: checks)
    }

    static func slug(_ title: String) -> String {
        let words = title.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "exercise" : words.joined(separator: "-")
    }

    static func bytes(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [String: Int64] = [
            "": 1, "b": 1, "k": 1 << 10, "kb": 1000, "m": 1 << 20, "mb": 1_000_000, "g": 1 << 30, "gb": 1_000_000_000,
        ]
        guard let number = Int64(digits), let unit = units[text.dropFirst(digits.count).lowercased()] else {
            return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }
}
