import Diagnostics
import Foundation
import Testing

@testable import Lessons

/// The schema that editors use says what the loader says: the same kinds, the same keys.
@Suite struct SchemaTests {
    private let schema: [String: Any]

    init() throws {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        let data = try Data(contentsOf: folder.appendingPathComponent("docs/lesson.schema.json"))
        schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func definition(_ name: String) throws -> [String: Any] {
        let all = try #require(schema["$defs"] as? [String: [String: Any]])
        return try #require(all[name], "the schema does not know `\(name)`")
    }

    private func keys(_ object: [String: Any]?) throws -> Set<String> {
        Set(try #require(object?["properties"] as? [String: Any]).keys)
    }

    /// The keys that the loader knows where an unknown one stands.
    private func loaderKeys(_ manifest: String) throws -> Set<String> {
        let folder = try TemporaryFolder()
        try folder.write("# One\n", to: "slides.md")
        try folder.write(manifest, to: "lesson.yml")
        let found: [Diagnostic]
        do throws(LessonError) {
            found = try Lesson(loading: folder.path).warnings
        } catch {
            found = error.diagnostics
        }
        let unknown = try #require(
            found.first { $0.id == "manifest-unknown-key" && $0.message.contains("qqqqqqqqqqqq") }, "\(found)")
        let prefix = "the keys here are "
        let hint = try #require(unknown.hint)
        #expect(hint.hasPrefix(prefix), "\(hint)")
        return Set(hint.dropFirst(prefix.count).split(separator: ", ").map(String.init))
    }

    /// What the keys that a kind must have may say.
    private static let values = [
        "name": "x", "than": "1M", "max": "1", "path": "/x", "from": "built", "text": "x", "id": "c",
    ]

    @Test(arguments: CheckKind.names)
    func everyKindHasTheSameKeys(_ kind: String) throws {
        let definition = try definition(kind)
        let required = try #require(definition["required"] as? [String])
        let given = try required.filter { $0 != "kind" }.map { "\($0): \(try #require(Self.values[$0], "\($0)"))" }
        let manifest =
            "exercises:\n  - id: e\n    checks:\n      - {kind: \(kind), \(given.joined(separator: ", ")), qqqqqqqqqqqq: 1}\n"
        #expect(try keys(definition) == loaderKeys(manifest))
        #expect((definition["properties"] as? [String: [String: Any]])?["kind"]?["const"] as? String == kind)
    }

    @Test func theSchemaListsTheKindsAndNoOther() throws {
        let exercise = try #require(try definition("exercise")["properties"] as? [String: [String: Any]])
        let items = try #require(exercise["checks"]?["items"] as? [String: Any])
        let references = try #require(items["oneOf"] as? [[String: String]]).compactMap { $0["$ref"] }
        #expect(references == CheckKind.names.map { "#/$defs/\($0)" })
    }

    @Test(
        arguments: [
            ([], "qqqqqqqqqqqq: 1\n"),
            (["exercise"], "exercises:\n  - {id: e, qqqqqqqqqqqq: 1}\n"),
            (["exercise", "limits"], "exercises:\n  - {id: e, limits: {qqqqqqqqqqqq: 1}}\n"),
            (["exercise", "reference"], "exercises:\n  - {id: e, reference: {qqqqqqqqqqqq: 1}}\n"),
            (["exercise", "hints"], "exercises:\n  - {id: e, hints: [{text: a, qqqqqqqqqqqq: 1}]}\n"),
            (
                ["exercise", "integrity"],
                "exercises:\n  - id: e\n    integrity: [{id: i, kind: substitution, text: a, qqqqqqqqqqqq: 1}]\n"
            ),
            (["exercise", "files"], "exercises:\n  - {id: e, files: [{name: a, text: b, qqqqqqqqqqqq: 1}]}\n"),
            (
                ["image_delta", "allow"],
                "exercises:\n  - id: e\n    checks: [{id: c, kind: image_delta, allow: [{kind: elf, qqqqqqqqqqqq: 1}]}]\n"
            ),
            (
                ["image_delta", "partial"],
                "exercises:\n  - id: e\n    checks: [{id: c, kind: image_delta, partial: {qqqqqqqqqqqq: 1}}]\n"
            ),
        ] as [([String], String)])
    func everyMapHasTheSameKeys(_ path: [String], _ manifest: String) throws {
        var object = schema
        if let first = path.first { object = try definition(first) }
        for name in path.dropFirst() {
            object = try #require((object["properties"] as? [String: [String: Any]])?[name])
            if let items = object["items"] as? [String: Any] { object = items }
        }
        #expect(try keys(object) == loaderKeys(manifest))
    }
}
