import Diagnostics
package import OCI
import Synchronization

/// Progress as one JSON object a line, as `docker build --progress rawjson` prints it: BuildKit's `SolveStatus`, with
/// `vertexes`, `statuses`, `logs` and `warnings` (buildkit, `client/graph.go`). Bytes are in base64, as Go writes them.
///
/// Of our own: `lines` and `stage` of a vertex, which say where in the Dockerfile it is from, and a last object `error`
/// when a build fails.
package final class JSONProgress: Sendable {
    private struct Vertex {
        var step: BuildStep
        var started: Timestamp
        /// Names the vertex within one build.
        var digest: String
    }

    private let vertexes = Mutex<[Int: Vertex]>([:])
    private let write: @Sendable (String) -> Void
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - now: the time; the machine's by default.
    ///   - write: Takes whole lines, line end included.
    package init(
        now: @escaping @Sendable () -> Timestamp = { BuildClock().now }, write: @escaping @Sendable (String) -> Void
    ) {
        self.now = now
        self.write = write
    }

    /// Prints an event.
    package func handle(_ event: BuildEvent) { write(document(event).text + "\n") }

    /// The last line: how the build ended.
    package func failed(_ failure: BuildFailure) {
        let diagnostic = failure.diagnostic
        let body: JSON = .object(leavingOutNil: [
            "code": .string(diagnostic.id), "kind": .string(failure.kind.rawValue),
            "message": .string(diagnostic.message), "file": diagnostic.file.map { .string($0) },
            "line": failure.lines.map { .integer($0.lowerBound) },
            "endLine": failure.lines.map { .integer($0.upperBound) },
            "column": diagnostic.range.flatMap { $0.start.column > 0 ? .integer($0.start.column) : nil },
            "hint": diagnostic.hint.map { .string($0) }, "exitCode": failure.exitCode.map { .integer($0) },
            "text": .string(failure.headline),
        ])
        write(JSON.object(["error": body]).text + "\n")
    }

    func document(_ event: BuildEvent) -> JSON {
        let time = now()
        switch event {
        case .started(let step):
            let vertex = Vertex(step: step, started: time, digest: Self.digest(step.number, step.name))
            vertexes.withLock { $0[step.number] = vertex }
            return self.vertex(step.number, completed: nil)
        case .cached(let step): return vertex(step, completed: time, ["cached": true])
        case .finished(let step, _): return vertex(step, completed: time)
        case .failed(let step, let message, _): return vertex(step, completed: time, ["error": .string(message)])
        case .cancelled(let step): return vertex(step, completed: time, ["error": "context canceled"])
        case .output(let step, let stream, let bytes):
            return list(
                "logs",
                [
                    "vertex": .string(digest(step)), "stream": .integer(stream.rawValue),
                    "data": .string(Base64.text(bytes)), "timestamp": .string(time.description),
                ])
        case .note(let step, let text):
            return list(
                "statuses",
                [
                    "id": .string(text), "vertex": .string(digest(step)), "current": 0,
                    "timestamp": .string(time.description), "started": .string(time.description),
                    "completed": .string(time.description),
                ])
        case .warning(let diagnostic): return warning(diagnostic)
        }
    }

    private func list(_ name: String, _ members: [String: JSON]) -> JSON { .object([name: [.object(members)]]) }

    private func vertex(_ number: Int, completed: Timestamp?, _ more: [String: JSON] = [:]) -> JSON {
        var members = more
        members["digest"] = .string(digest(number))
        if let known = vertexes.withLock({ $0[number] }) {
            members["name"] = .string(known.step.name)
            members["started"] = .string(known.started.description)
            if let lines = known.step.lines {
                members["lines"] = [.integer(lines.lowerBound), .integer(lines.upperBound)]
            }
            if let stage = known.step.stage { members["stage"] = .integer(stage) }
        }
        if let completed { members["completed"] = .string(completed.description) }
        return list("vertexes", members)
    }

    private func digest(_ number: Int) -> String {
        vertexes.withLock { $0[number]?.digest } ?? Self.digest(number, "")
    }

    private static func digest(_ number: Int, _ name: String) -> String {
        Digest.sha256(of: "\(number) \(name)").description
    }

    private func warning(_ diagnostic: Diagnostic) -> JSON {
        var members: [String: JSON] = [
            "vertex": .string(Digest.sha256(of: "lint").description), "level": 1,
            "short": .string(Base64.text("\(diagnostic.id): \(diagnostic.message)".utf8)),
        ]
        if let hint = diagnostic.hint { members["detail"] = [.string(Base64.text(hint.utf8))] }
        if let file = diagnostic.file { members["sourceInfo"] = ["filename": .string(file)] }
        if let range = diagnostic.range, range.start.line > 0 {
            members["range"] = [
                [
                    "start": [
                        "line": .integer(range.start.line), "character": .integer(max(0, range.start.column - 1)),
                    ],
                    "end": ["line": .integer(max(range.start.line, range.lastLine))],
                ]
            ]
        }
        return list("warnings", members)
    }
}
