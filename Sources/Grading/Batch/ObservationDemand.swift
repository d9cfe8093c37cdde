import Checks
import FoundationEssentials
import Lessons

/// What of a rubric decides what an examination looks at. All else (points, needs, limits of sizes, expected texts) only
/// decides how it is judged.
struct ObservationDemand: Hashable, Sendable {
    /// Each a thing to look at, in words that compare.
    let questions: Set<String>

    init(_ rubric: Rubric) {
        var questions: Set<String> = []
        for check in rubric.checks { questions.formUnion(Self.questions(check.kind)) }
        for check in rubric.integrity {
            switch check.kind {
            case .substitution(let rule): questions.insert(Self.question("substitution", rule))
            }
        }
        self.questions = questions
    }

    private static func questions(_ kind: CheckKind) -> [String] {
        switch kind {
        // Seen of every image.
        case .builds, .stages, .stageName, .finalBase, .added, .layers, .config, .instruction, .lint: []
        case .imageDelta(let rule): rule.allowsAnyPrograms ? ["programs"] : []
        case .size(let rule):
            // The reference belongs to the exercise, a number to nobody.
            if case .bytes = rule.than {
                []
            } else if case .reference = rule.than {
                []
            } else {
                [question("size", rule.than)]
            }
        case .forbiddenFiles(let rule): rule.contents.map { question("text", $0) }
        case .executable(let rule): rule.path.map { [question("executable", $0)] } ?? []
        case .run(let rule): [question("run", rule.run)]
        case .cached(let rule): [question("rebuild", rule.change)]
        case .file(let rule): [question("file", rule.path)]
        case .origin(let rule): rule.path.map { [question("file", $0)] } ?? []
        case .substitution(let rule): [question("substitution", rule)]
        }
    }

    private static func question(_ what: String, _ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return what + " " + String(decoding: (try? encoder.encode(value)) ?? Data(), as: UTF8.self)
    }
}
