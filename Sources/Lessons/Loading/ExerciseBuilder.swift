import Diagnostics
import Slides
import SystemPackage
import Yams

/// Makes exercises of the entries of a manifest's `exercises`.
struct ExerciseBuilder {
    let lesson: String
    let folder: FilePath
    let deck: Deck
    let images: [ImageDeclaration]
    /// What directives in the deck declare already: an entry of the same id takes its starter files from there.
    let declared: [Exercise]
    /// The ids of all exercises of the lesson.
    let ids: [String]

    func exercise(_ map: ManifestMap) -> Exercise? {
        defer { map.finish() }
        let id = map.required("id")
        if let id, !Self.isPlain(id) {
            map.reader.report(
                "exercise-id", "`\(id)` is no id: it is made of letters, digits, `-`, `_` and `.`",
                at: map.mark(of: "id"))
        }
        let slide = slide(map)
        let twin = declared.first { $0.id == id }
        var exercise = Exercise(
            id: id ?? "", title: map.string("title") ?? slide?.title ?? twin?.title ?? id ?? "",
            slide: slide ?? twin?.slide,
            place: map.mark.map { mark in
                Exercise.SourcePlace(
                    file: map.reader.file, range: SourceRange(line: max(1, mark.line), column: max(1, mark.column)))
            })
        exercise.folder = map.string("folder") ?? ""
        if !exercise.folder.isEmpty, !isInside(exercise.folder) {
            map.reader.report("exercise-path", "`folder` must stay inside the workspace", at: map.mark(of: "folder"))
        }
        exercise.starter = starter(map, slide: exercise.slide) ?? twin?.starter ?? []
        exercise.solution = solution(map, id: exercise.id) ?? twin?.solution
        exercise.dockerfile = map.string("dockerfile") ?? "Dockerfile"
        exercise.tag = map.string("tag") ?? twin?.tag
        if let tag = map.string("tag"), tag != tag.lowercased() || !Self.isPlain(tag.filter { !"/:".contains($0) }) {
            map.reader.report(
                "exercise-tag", "`\(tag)` cannot be the name of an image", at: map.mark(of: "tag"),
                hint: "a name is lower case letters and digits, with . _ or - between them")
        }
        exercise.bases = map.strings("base") ?? []
        checkBases(exercise.bases, map)
        exercise.reference = reference(map, of: exercise.id)
        exercise.network = map.word("network") ?? .none
        exercise.limits = limits(map)
        let hasReference = exercise.reference != nil
        exercise.rubric = map.rubric { check($0, at: $1, hasReference: hasReference) }
        exercise.hints = hints(map, checks: map.checkIDs)
        return id == nil ? nil : exercise
    }

    static func isPlain(_ id: String) -> Bool {
        !id.isEmpty && !id.hasPrefix(".")
            && id.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.".unicodeScalars.contains($0)
            }
    }

    // MARK: - Slides

    /// `slide: "Heading"`, `slide: 7`, or `slide: {title: "Heading", ordinal: 2}`.
    private func slide(_ map: ManifestMap) -> SlideReference? {
        guard let node = map.node("slide") else { return nil }
        if case .scalar(let scalar) = node {
            if scalar.style == .plain, let number = Int(scalar.string) { return slide(number: number, map) }
            return slide(titled: scalar.string, ordinal: 1, map)
        }
        guard let inner = map.map("slide") else { return nil }
        defer { inner.finish() }
        if let number = inner.int("number") { return slide(number: number, map) }
        guard let title = inner.required("title") else { return nil }
        return slide(titled: title, ordinal: inner.int("ordinal", in: 1...10_000) ?? 1, map)
    }

    private func slide(number: Int, _ map: ManifestMap) -> SlideReference? {
        guard let slide = deck.slides.first(where: { $0.number == number }) else {
            map.reader.report(
                "exercise-slide", "there is no slide \(number)", at: map.mark(of: "slide"),
                hint: "the deck has \(deck.slides.count)")
            return nil
        }
        return SlideReference(number: slide.number, title: slide.title)
    }

    private func slide(titled title: String, ordinal: Int, _ map: ManifestMap) -> SlideReference? {
        let titled = deck.slides.filter { !$0.isFragment && $0.title.map(Self.folded) == Self.folded(title) }
        guard ordinal <= titled.count else {
            let near = Suggestion.nearest(to: title, among: deck.slides.compactMap(\.title))
            map.reader.report(
                "exercise-slide", "no slide has the heading `\(title)`\(ordinal > 1 ? " \(ordinal) times" : "")",
                at: map.mark(of: "slide"),
                hint: near.map { "did you mean `\($0)`?" } ?? "`lesson slides DECK` lists the headings")
            return nil
        }
        return SlideReference(number: titled[ordinal - 1].number, title: titled[ordinal - 1].title)
    }

    /// Headings are compared without marks for code and emphasis, case and double blanks.
    static func folded(_ title: String) -> String {
        title.lowercased().filter { !"`*_".contains($0) }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The fence of that index on a slide, its fragments included.
    private func fence(_ index: Int, on number: Int) -> Fence? {
        guard let start = deck.slides.firstIndex(where: { $0.number == number }) else { return nil }
        let rest = deck.slides[(start + 1)...].prefix { $0.isFragment }
        return ([deck.slides[start]] + rest).flatMap(\.fences).first { $0.index == index }
    }

    // MARK: - Files

    /// `starter: FOLDER`, or `files:` with a list of `name` and `path`, `text` or `fence`.
    private func starter(_ map: ManifestMap, slide: SlideReference?) -> [StarterFile]? {
        var files: [StarterFile]?
        if let name = map.string("starter") {
            do throws(LocalFiles.Failure) {
                files = try StarterFile.files(in: folder.pushing(FilePath(name)))
            } catch {
                map.reader.report(
                    "exercise-starter",
                    error.errno == .noSuchFileOrDirectory ? "no such folder: \(name)" : error.message,
                    at: map.mark(of: "starter"), hint: "`starter:` names a folder beside `lesson.yml`")
            }
        }
        let entries = map.maps("files")
        guard map.has("files") else { return files }
        for entry in entries {
            defer { entry.finish() }
            guard let file = file(entry, slide: slide) else { continue }
            files = (files ?? []).filter { $0.path != file.path } + [file]
        }
        return files
    }

    private func file(_ entry: ManifestMap, slide: SlideReference?) -> StarterFile? {
        let (name, path, text, index) = (
            entry.required("name"), entry.string("path"), entry.string("text"), entry.int("fence")
        )
        let number = self.slide(entry)?.number ?? slide?.number
        guard let name else { return nil }
        guard isInside(name) else {
            entry.reader.report(
                "exercise-path", "`\(name)` does not stay inside the workspace", at: entry.mark(of: "name"))
            return nil
        }
        if let text { return StarterFile(path: name, contents: Array(text.utf8)) }
        if let path {
            do throws(LocalFiles.Failure) {
                let (bytes, mode) = try LocalFiles.read(folder.pushing(FilePath(path)), limit: 16 << 20)
                return StarterFile(path: name, contents: bytes, mode: mode & 0o777 | 0o600)
            } catch {
                entry.reader.report(
                    "exercise-starter",
                    error.errno == .noSuchFileOrDirectory ? "no such file: \(path)" : error.message,
                    at: entry.mark(of: "path"), hint: "`path:` names a file, seen from `lesson.yml`")
                return nil
            }
        }
        if let index, let number, let fence = fence(index, on: number) {
            return StarterFile(path: name, contents: Array(fence.text.utf8))
        }
        entry.reader.report(
            "exercise-starter", "nothing says what `\(name)` holds", at: entry.mark,
            hint: "give it `path:`, `text:`, or `fence:` with the number of a fence on the slide, from 0")
        return nil
    }

    private func solution(_ map: ManifestMap, id: String) -> Exercise.Solution? {
        if let name = map.string("solution") {
            let path = folder.pushing(FilePath(name))
            if LocalFiles.kind(path, following: true) == .folder { return .folder(path) }
            map.reader.report(
                "exercise-solution", "no such folder: \(name)", at: map.mark(of: "solution"),
                hint: "`solution:` names a folder, seen from `lesson.yml`")
            return nil
        }
        // By convention beside the lessons, in a folder of its own that can be left out of what learners get.
        let usual = folder.appending("..").appending("..").appending("Solutions").appending(lesson).appending(id)
        guard Self.isPlain(id), LocalFiles.kind(usual, following: true) == .folder else { return nil }
        return .folder(usual)
    }

    // MARK: - What it is judged by

    private func reference(_ map: ManifestMap, of own: String) -> Exercise.Reference? {
        guard let inner = map.map("reference") else { return nil }
        defer { inner.finish() }
        var reference = Exercise.Reference(exercise: inner.string("exercise"))
        if let id = reference.exercise, id == own {
            map.reader.report(
                "exercise-reference", "`\(id)` cannot be measured against itself", at: inner.mark(of: "exercise"),
                hint: "`exercise:` names another one, whose image is to be larger")
        } else if let id = reference.exercise, !ids.contains(id) {
            map.reader.report(
                "exercise-reference", "no exercise has the id `\(id)`", at: inner.mark(of: "exercise"),
                hint: Suggestion.nearest(to: id, among: ids).map { "did you mean `\($0)`?" })
        }
        if !inner.has("dockerfile") {
            map.reader.report(
                "exercise-reference",
                "without `dockerfile` there is no reference where the learner's own image is unknown",
                at: map.mark(of: "reference"),
                hint: "`lesson grade` knows none: add `dockerfile: reference/Dockerfile`",
                severity: reference.exercise == nil ? .error : .warning)
        }
        if let name = inner.string("dockerfile") {
            let path = folder.pushing(FilePath(name))
            if LocalFiles.kind(path, following: true) != .file {
                map.reader.report("exercise-reference", "no such file: \(name)", at: inner.mark(of: "dockerfile"))
            }
            reference.dockerfile = path
        }
        return reference
    }

    private func checkBases(_ bases: [String], _ map: ManifestMap, key: String = "base") {
        guard !images.isEmpty else { return }
        let names = images.flatMap(\.names)
        for base in bases where !names.contains(base) && base != "scratch" {
            map.reader.report(
                "exercise-base", "the lesson offers no image `\(base)`", at: map.mark(of: key),
                hint: Suggestion.nearest(to: base, among: names).map { "did you mean `\($0)`?" }
                    ?? "declare it under `images:`")
        }
    }

    /// What a check says of things outside of the rubric.
    private func check(_ check: CheckDefinition, at map: ManifestMap, hasReference: Bool) {
        if case .size(let rule) = check.kind, rule.than == .reference, !hasReference {
            map.reader.report(
                "rubric-reference", "`\(check.id)` compares with a reference that the exercise does not have",
                at: map.mark(of: "than"), hint: "add `reference:`")
        }
        if case .finalBase(let rule) = check.kind { checkBases(rule.anyOf, map, key: "is") }
        if let slide = check.slide,
            !deck.slides.contains(where: { $0.title.map(Self.folded) == Self.folded(slide) })
        {
            map.reader.report(
                "rubric-slide", "`\(check.id)` refers to a slide `\(slide)` that is not there",
                at: map.mark(of: "slide"),
                hint: Suggestion.nearest(to: slide, among: deck.slides.compactMap(\.title))
                    .map { "did you mean `\($0)`?" })
        }
    }

    private func limits(_ map: ManifestMap) -> ExerciseLimits {
        var limits = ExerciseLimits()
        guard let inner = map.map("limits") else { return limits }
        defer { inner.finish() }
        limits.buildSeconds = inner.seconds("build") ?? limits.buildSeconds
        limits.buildProcessorSeconds = inner.seconds("build_cpu")
        limits.runSeconds = inner.seconds("run") ?? limits.runSeconds
        limits.memory = inner.bytes("memory") ?? limits.memory
        limits.processes = inner.int("processes", in: 1...100_000) ?? limits.processes
        limits.disk = inner.bytes("disk") ?? limits.disk
        limits.runOutput = inner.bytes("output") ?? limits.runOutput
        limits.buildOutput = inner.bytes("build_output") ?? limits.buildOutput
        limits.stepSeconds = inner.seconds("step")
        limits.files = inner.int("files", in: 1...100_000_000)
        limits.contextBytes = inner.bytes("context")
        limits.stages = inner.int("stages", in: 1...100_000)
        limits.instructions = inner.int("instructions", in: 1...1_000_000)
        return limits
    }

    private func hints(_ map: ManifestMap, checks: [String]) -> [Hint] {
        map.maps("hints").compactMap { entry in
            defer { entry.finish() }
            let check = entry.string("check")
            if let check, !checks.contains(check) {
                entry.reader.report(
                    "hint-check", "there is no check `\(check)`", at: entry.mark(of: "check"),
                    hint: Suggestion.nearest(to: check, among: checks).map { "did you mean `\($0)`?" })
            }
            return entry.required("text").map { Hint(check: check, text: $0) }
        }
    }
}
