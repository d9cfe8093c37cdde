/// What an exercise is worth, and for what.
package struct Rubric: Sendable, Hashable, Codable {
    /// What the points of the checks add up to.
    package var points: Int
    /// In the order they are judged and shown; a check stands after those it needs.
    package var checks: [CheckDefinition]
    /// What is looked at for a person to decide; takes no points.
    package var integrity: [IntegrityDefinition]

    package init(points: Int = 0, checks: [CheckDefinition] = [], integrity: [IntegrityDefinition] = []) {
        self.points = points
        self.checks = checks
        self.integrity = integrity
    }

    package func check(_ id: String) -> CheckDefinition? { checks.first { $0.id == id } }
}

/// One line of a rubric.
package struct CheckDefinition: Sendable, Hashable, Codable {
    package var id: String
    package var kind: CheckKind
    package var points: Int
    /// Whether the exercise is passed only if this passes.
    package var isRequired: Bool
    /// Whether its failure makes the whole exercise worth nothing.
    package var isGate: Bool
    /// The checks without which this one cannot be judged: it is skipped when one of them did not pass.
    package var needs: [String]
    /// What it is called in a report.
    package var title: String?
    /// Why it matters, one sentence.
    package var why: String?
    /// One next step for who fails it; what the checker finds out by itself comes first.
    package var advice: String?
    /// The heading of the slide that teaches it.
    package var slide: String?

    package init(
        id: String, kind: CheckKind, points: Int, isRequired: Bool = false, isGate: Bool = false, needs: [String] = [],
        title: String? = nil, why: String? = nil, advice: String? = nil, slide: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.points = points
        self.isRequired = isRequired
        self.isGate = isGate
        self.needs = needs
        self.title = title
        self.why = why
        self.advice = advice
        self.slide = slide
    }
}

/// An integrity check: its verdict is for a person, its points are none.
package struct IntegrityDefinition: Sendable, Hashable, Codable {
    package var id: String
    package var kind: IntegrityKind
    package var needs: [String]
    package var title: String?

    package init(id: String, kind: IntegrityKind, needs: [String] = [], title: String? = nil) {
        self.id = id
        self.kind = kind
        self.needs = needs
        self.title = title
    }
}

/// The kinds of integrity checks.
package enum IntegrityKind: Sendable, Hashable, Codable {
    case substitution(SubstitutionRule)

    package static let names = ["substitution"]
}

/// Replaces sources by a program that prints a secret, builds again and looks for it.
package struct SubstitutionRule: Sendable, Hashable, Codable {
    /// Which files of the context are sources: globs on the file's name.
    package var files: [String]
    /// What the canary prints before the secret, so that a test inside the build stays content.
    package var text: String

    package init(files: [String] = ["*.c"], text: String) {
        self.files = files
        self.text = text
    }
}
