import Diagnostics
import Yams

extension ManifestMap {
    /// The ids of all checks, whatever else is wrong with them.
    var checkIDs: [String] {
        (node("checks")?.sequence ?? []).compactMap { $0["id"]?.scalar?.string }
    }

    /// The keys `points`, `checks` and `integrity` of an exercise.
    /// - Parameter verify: told of each check with the map it stands in, to look at what lies outside of it.
    func rubric(verify: (CheckDefinition, ManifestMap) -> Void = { _, _ in }) -> Rubric {
        var rubric = Rubric()
        // A check that is wrong in one way is still there: nothing else is to be wrong only because of that.
        var ids: [String] = []
        var areAllRead = true
        for entry in maps("checks") {
            let check = entry.check(after: ids)
            if let id = check?.id ?? entry.node("id")?.scalar?.string { ids.append(id) }
            guard let check else {
                areAllRead = false
                continue
            }
            verify(check, entry)
            rubric.checks.append(check)
        }
        for entry in maps("integrity") {
            guard let check = entry.integrityCheck(after: rubric, ids) else { continue }
            rubric.integrity.append(check)
        }
        let sum = rubric.checks.reduce(0) { $0 + $1.points }
        rubric.points = int("points", in: 0...1_000_000) ?? sum
        if rubric.points != sum, areAllRead {
            reader.report(
                "rubric-points", "the points of the checks add up to \(sum), not to \(rubric.points)",
                at: mark(of: "points"), hint: "change `points:` or the points of a check")
        }
        return rubric
    }

    private func check(after earlier: [String]) -> CheckDefinition? {
        let id = required("id")
        let given = int("points", in: 0...100_000)
        let points = given ?? 0
        let isRequired = bool("required") ?? false
        let isGate = bool("gate") ?? false
        let needs = needs(among: earlier)
        let (title, why, advice, slide) = (string("title"), string("why"), string("advice"), string("slide"))
        let kind = kind()
        finish()
        checkPlain(id)
        guard let id, let kind, given != nil || !has("points") else { return nil }
        if earlier.contains(id) {
            reader.report("rubric-id", "two checks have the id `\(id)`", at: mark(of: "id"))
        }
        return CheckDefinition(
            id: id, kind: kind, points: points, isRequired: isRequired, isGate: isGate, needs: needs, title: title,
            why: why, advice: advice, slide: slide)
    }

    private func integrityCheck(after rubric: Rubric, _ checks: [String]) -> IntegrityDefinition? {
        let id = required("id")
        let needs = needs(among: checks)
        let title = string("title")
        var kind: IntegrityKind?
        if let word = required("kind") {
            if word == "substitution" {
                kind = substitution().map(IntegrityKind.substitution)
            } else {
                unknownKind(word, among: IntegrityKind.names)
            }
        }
        finish()
        checkPlain(id)
        guard let id, let kind else { return nil }
        if rubric.check(id) != nil || rubric.integrity.contains(where: { $0.id == id }) {
            reader.report("rubric-id", "two checks have the id `\(id)`", at: mark(of: "id"))
        }
        return IntegrityDefinition(id: id, kind: kind, needs: needs, title: title)
    }

    /// An id stands in commands, reports and the names of files.
    private func checkPlain(_ id: String?) {
        guard let id, !ExerciseBuilder.isPlain(id) else { return }
        reader.report(
            "rubric-id", "`\(id)` is no id: it is made of letters, digits, `-`, `_` and `.`", at: mark(of: "id"))
    }

    /// What a check needs stands before it: so there are no circles.
    private func needs(among earlier: [String]) -> [String] {
        let needs = strings("needs") ?? []
        for need in needs where !earlier.contains(need) {
            let near = Suggestion.nearest(to: need, among: earlier)
            reader.report(
                "rubric-needs", "no check before this one has the id `\(need)`", at: mark(of: "needs"),
                hint: near.map { "did you mean `\($0)`?" } ?? "a check needs what stands above it: put that first")
        }
        return needs
    }

    func unknownKind(_ word: String, among names: [String]) {
        let near = Suggestion.nearest(to: word, among: names)
        reader.report(
            "rubric-kind", "there is no kind of check `\(word)`", at: mark(of: "kind"),
            hint: near.map { "did you mean `\($0)`?" } ?? "the kinds are \(names.joined(separator: ", "))")
    }

    func substitution() -> SubstitutionRule? {
        guard let text = required("text") else { return nil }
        return SubstitutionRule(files: strings("files") ?? ["*.c"], text: text)
    }
}
