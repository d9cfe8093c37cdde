import Checks
import Diagnostics
import Grading
import Lessons
import Slides
import TerminalUI

/// A proof for a person: a line for each exercise, then what is wrong.
struct VerificationReport {
    private let verified: VerifiedLesson

    init(_ verified: VerifiedLesson) {
        self.verified = verified
    }

    func print(_ console: Console) {
        let glyphs = console.out.glyphs
        var lines = [StyledLine("\(verified.lesson.id): \(verified.lesson.title)", .heading)]
        for entry in verified.entries {
            let mark: Span =
                if !entry.findings.isEmpty {
                    Span(glyphs.fail, .fail)
                } else if !entry.proof.obstacles.isEmpty {
                    Span(glyphs.error, .warning)
                } else {
                    Span(glyphs.pass, .pass)
                }
            lines.append(StyledLine([Span("  "), mark, Span(" \(entry.proof.exercise.id): \(Self.words(entry))")]))
        }
        if verified.entries.isEmpty { lines.append(StyledLine("  there is no exercise in it", .muted)) }
        console.print(lines)
        let renderer = DiagnosticRenderer(showsSource: false)
        for finding in verified.findings { console.print(renderer.render(finding)) }
        for (exercise, obstacle) in verified.obstacles {
            console.note("the \(obstacle.what) of \(exercise.id) could not be judged: \(obstacle.reason.message)")
            if let remedy = obstacle.reason.remedy { console.note("  hint: \(remedy)") }
        }
        for command in verified.entries.flatMap(\.commands) {
            guard case .notTried(let why) = command.outcome else { continue }
            let first = command.text.split(separator: "\n").first ?? ""
            console.note([
                StyledLine(
                    "\(command.file ?? verified.lesson.id):\(command.line): not tried: \(first) (\(why))", .muted)
            ])
        }
    }

    private static func words(_ entry: VerifiedLesson.Entry) -> String {
        var parts = ["starter \(words(entry.proof.starter))"]
        parts.append(entry.proof.solution.map { "solution \(words($0))" } ?? "no solution")
        let worked = entry.commands.count { $0.outcome == .worked }
        if !entry.commands.isEmpty {
            let all = entry.commands.count
            parts.append(worked == all ? "commands work (\(all))" : "commands work (\(worked) of \(all))")
        }
        return parts.joined(separator: ", ")
    }

    private static func words(_ verdict: Verdict) -> String {
        switch verdict.verdict {
        case .pass: "passes (\(verdict.score) of \(verdict.maxScore))"
        case .fail: "fails (\(verdict.score) of \(verdict.maxScore))"
        case .error: verdict.error?.reason == .noDockerfile ? "has no Dockerfile" : "could not be judged"
        }
    }
}

/// A proof for a program.
struct VerificationDocument: Encodable {
    struct Lesson: Encodable {
        var lesson: String
        var exercises: [Exercise]
        var findings: [LintFinding]
    }

    struct Exercise: Encodable {
        var id: String
        /// `pass`, `fail` or `error`; the solution's is missing when there is none.
        var starter: String
        var solution: String?
        var score: Int?
        var maxScore: Int
        var commands: [Command]
        /// What could not be judged.
        var errors: [String]
    }

    struct Command: Encodable {
        var command: String
        var file: String?
        var line: Int
        /// `worked`, `failed` or `not-tried`.
        var outcome: String
        var reason: String?
    }

    var lessons: [Lesson]
    /// Whether everything is proved.
    var proved: Bool

    init(_ all: [VerifiedLesson]) {
        lessons = all.map { one in
            Lesson(
                lesson: one.lesson.id, exercises: one.entries.map(Exercise.init),
                findings: one.findings.map { LintFinding($0, file: one.lesson.deck.file ?? one.lesson.id) })
        }
        proved = all.allSatisfy { $0.findings.isEmpty && $0.obstacles.isEmpty }
    }
}

extension VerificationDocument.Exercise {
    fileprivate init(_ entry: VerifiedLesson.Entry) {
        id = entry.proof.exercise.id
        starter = entry.proof.starter.verdict.rawValue
        solution = entry.proof.solution?.verdict.rawValue
        score = entry.proof.solution?.score
        maxScore = entry.proof.exercise.rubric.points
        commands = entry.commands.map(VerificationDocument.Command.init)
        errors = entry.proof.obstacles.map { "\($0.what): \($0.reason.message)" }
    }
}

extension VerificationDocument.Command {
    fileprivate init(_ command: VerifiedLesson.Command) {
        self.command = command.text
        file = command.file
        line = command.line
        switch command.outcome {
        case .worked: outcome = "worked"
        case .failed: outcome = "failed"
        case .notTried(let why):
            outcome = "not-tried"
            reason = why
        }
    }
}
