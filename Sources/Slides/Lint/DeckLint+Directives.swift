import Diagnostics

extension DeckLint {
    /// Exercises without what a learner needs, ids that are taken.
    mutating func directives() {
        var ids: [String: (line: Int, file: String?)] = [:]
        var exercises: [(directive: Directive, file: String?, hints: Int)] = []
        for slide in deck.slides {
            for directive in slide.directives {
                switch directive.kind {
                case .exercise:
                    exercises.append((directive, slide.file, 0))
                    guard let id = directive.arguments["id"], !id.isEmpty else {
                        report(
                            "missing-argument", line: directive.line, column: directive.column,
                            "an exercise without an id",
                            hint: "write id=\(slide.title.map(Deck.slug) ?? "name"), a name that does not change",
                            file: slide.file)
                        continue
                    }
                    if let first = ids[id] {
                        report(
                            "duplicate-id", line: directive.line, column: directive.column,
                            "the id '\(id)' is that of the exercise at \(place(first, from: slide)) too",
                            hint: "give each exercise an id of its own", file: slide.file)
                    } else {
                        ids[id] = (directive.line, slide.file)
                    }
                case .hint:
                    // A hint belongs to the exercise before it, else to the next.
                    if !exercises.isEmpty { exercises[exercises.count - 1].hints += 1 }
                case .file, .starter:
                    if directive.arguments["name"] == nil {
                        report(
                            "missing-argument", line: directive.line, column: directive.column,
                            "'\(directive.verb)' without a name", hint: "write name=Dockerfile", file: slide.file)
                    }
                default: break
                }
            }
        }
        for exercise in exercises where exercise.hints == 0 {
            report(
                "missing-hint", line: exercise.directive.line, column: exercise.directive.column,
                "the exercise '\(exercise.directive.arguments["id"] ?? "")' has no hint",
                hint: "add <!-- lesson:hint ... --> below it, or hints in lesson.yml", file: exercise.file)
        }
    }
}
