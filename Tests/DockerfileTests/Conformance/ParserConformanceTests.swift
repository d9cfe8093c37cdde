import Diagnostics
import Testing

@testable import Dockerfile

/// BuildKit's recorded answers. Not part of the ordinary run: `scripts/conformance/parser.sh` says where they are.
@Suite(.enabled(if: ConformanceFile.folder != nil, "LESSON_CONFORMANCE names no folder"))
struct ParserConformanceTests {
    @Test func parserCases() throws {
        try ConformanceFile("parser_cases.jsonl").judge("parser") { row in
            let text = row["dockerfile"] as? String ?? ""
            let source = DockerfileSource(bytes: Array(text.utf8), file: "Dockerfile")
            let tree: DockerfileTree
            do throws(DockerfileError) {
                tree = try DockerfileTree.parse(source)
            } catch {
                return row["expected"] as? String == "error"
                    ? wrong(error, row["error"], row["error_lines"]) : "unexpected \(error)"
            }
            guard row["expected"] as? String == "ok" else { return "no error; expected \(row["error"] ?? "")" }
            let dump = tree.nodes.map { "(" + $0.dump + ")" }.joined(separator: "\n")
            let expected = row["expected_ast_sexpr"] as? String ?? ""
            if dump != expected { return "tree\n\(dump)\nnot\n\(expected)" }
            if String(UnicodeScalar(tree.directives.escape)) != row["escape"] as? String { return "escape" }
            for (key, directive) in [("syntax", tree.directives.syntax), ("check", tree.directives.check)] {
                let want = (row["directive_" + key] as? [String: Any])?["cmdline"] as? String
                if directive?.value != want { return "directive \(key): \(directive?.value ?? "nil")" }
            }
            let nodes = row["nodes"] as? [[String: Any]] ?? []
            for (node, want) in zip(tree.nodes, nodes) {
                if let what = wrong(node, want) { return "\(node.original): \(what)" }
            }
            let warnings = (row["parser_warnings"] as? [[String: Any]] ?? []).map {
                "\($0["line"] ?? 0) \($0["short"] ?? "")"
            }
            let ours = tree.warnings.map { "\($0.range?.start.line ?? 0) \($0.message)" }
            if warnings != ours { return "warnings \(ours)" }
            return wrongInstructions(tree, source, row)
        }
    }

    private func wrong(_ error: DockerfileError, _ message: Any?, _ lines: Any?) -> String? {
        guard let first = error.diagnostics.first, var want = message as? String else { return "no message" }
        if want.hasPrefix("dockerfile parse error on line "), let colon = want.firstIndex(of: ":") {
            want.removeSubrange(...want.index(after: colon))
        }
        var ours = first.message
        // The suggestion is BuildKit's tail and our hint.
        if let hint = first.hint, hint.hasPrefix("did you mean "), want.hasSuffix("?)") { ours += " (\(hint))" }
        if ours != want { return "message: \(ours)\n   not: \(want)" }
        // The recorder kept the first line of what BuildKit marks.
        if let lines = lines as? [Int], lines.first != error.lines.lowerBound {
            return "lines \(error.lines) not \(lines)"
        }
        return nil
    }

    private func wrong(_ node: Node, _ want: [String: Any]) -> String? {
        if want["cmd"] as? String != node.name { return "name" }
        if want["lines"] as? [Int] != [node.range.start.line, node.range.lastLine] { return "lines" }
        if want["flags"] as? [String] ?? [] != node.flags.map(\.text) { return "flags" }
        if want["json"] as? Bool ?? false != node.isJSON { return "json" }
        if want["prev_comment"] as? [String] ?? [] != node.comments { return "comments \(node.comments)" }
        let heredocs = want["heredocs"] as? [[String: Any]] ?? []
        if heredocs.count != node.heredocs.count { return "heredocs \(node.heredocs)" }
        for (heredoc, want) in zip(node.heredocs, heredocs) {
            if want["name"] as? String != heredoc.name || want["fd"] as? Int != Int(heredoc.descriptor)
                || want["expand"] as? Bool != heredoc.expands || want["chomp"] as? Bool != heredoc.chomps
                || want["content"] as? String != String(decoding: heredoc.content, as: UTF8.self)
            {
                return "heredoc \(heredoc)"
            }
        }
        return nil
    }

    private func wrongInstructions(_ tree: DockerfileTree, _ source: DockerfileSource, _ row: [String: Any]) -> String?
    {
        let dockerfile: Dockerfile
        do throws(DockerfileError) {
            dockerfile = try Dockerfile.parse(tree, source: source)
        } catch {
            if row["instructions"] as? String == "ok", error.diagnostics.first?.id == "no-stage",
                (row["stages"] as? [Any])?.isEmpty ?? true
            {
                return nil
            }
            guard row["instructions"] as? String == "error" else { return "unexpected \(error)" }
            return wrong(error, row["instructions_error"], row["instructions_error_lines"])
        }
        guard row["instructions"] as? String == "ok" else { return "no error: \(row["instructions_error"] ?? "")" }
        let stages = row["stages"] as? [[String: Any]] ?? []
        if stages.count != dockerfile.stages.count { return "stages" }
        for (stage, want) in zip(dockerfile.stages, stages) {
            if want["base"] as? String != stage.base.text || want["name"] as? String != stage.name ?? ""
                || want["platform"] as? String != stage.platform ?? ""
                || want["commands"] as? [String] ?? [] != stage.commands.map(\.keyword)
            {
                return "stage \(stage.text)"
            }
        }
        let arguments = (row["meta_args"] as? [Any] ?? []).map { "\($0)" }
        let ours = dockerfile.metaArguments.flatMap { command -> [String] in
            guard case .arg(let arg) = command.instruction else { return [] }
            return arg.arguments.map(\.name)
        }
        return arguments.count == ours.count || row["meta_args"] == nil ? nil : "meta \(ours) not \(arguments)"
    }

    @Test func wordCases() throws {
        try ConformanceFile("word_cases.jsonl").judge("words") { row in
            var expander = WordExpander(escape: (row["escape"] as? String)?.utf8.first ?? 0x5C)
            expander.keepsQuotes = row["raw_quotes"] as? Bool ?? false
            expander.keepsEscapes = row["raw_escapes"] as? Bool ?? false
            expander.ignoresQuotes = row["skip_process_quotes"] as? Bool ?? false
            expander.keepsUnset = row["skip_unset"] as? Bool ?? false
            let env = row["env"] as? [String: String] ?? [:]
            let result: ExpandedWord
            do throws(WordError) {
                result = try expander.expand(row["input"] as? String ?? "") { env[$0] }
            } catch {
                guard let want = row["error"] as? String else { return "unexpected \(error.message)" }
                return error.message == want ? nil : "\(error.message)\n   not: \(want)"
            }
            if let want = row["error"] as? String { return "no error: \(want), got \(result.text)" }
            if row["mode"] as? String == "words" {
                let want = row["expected"] as? [String] ?? []
                return want == result.words ? nil : "\(result.words) not \(want)"
            }
            if row["expected"] as? String != result.text { return "\(result.text) not \(row["expected"] ?? "")" }
            if let unmatched = row["unmatched"] as? [String], unmatched.sorted() != result.unset {
                return "unset \(result.unset) not \(unmatched)"
            }
            return nil
        }
    }

    @Test func ignoreCases() throws {
        try ConformanceFile("dockerignore_cases.jsonl").judge("dockerignore") { row in
            let patterns: IgnorePatterns
            do throws(InstructionError) {
                patterns = try IgnorePatterns(patterns: row["patterns"] as? [String] ?? [])
            } catch {
                return row["error"] as? String == error.message ? nil : "unexpected \(error)"
            }
            if let want = row["error"] { return "no error \(want)" }
            let path = row["path"] as? String ?? ""
            return row["ignored"] as? Bool == patterns.ignores(path)
                ? nil : "\(row["patterns"] ?? "") \(path): not \(row["ignored"] ?? "")"
        }
    }

    @Test func ignoreContextCases() throws {
        try ConformanceFile("dockerignore_context_cases.jsonl").judge("dockerignore-context") { row in
            let patterns: IgnorePatterns
            do {
                patterns = try IgnorePatterns.parse(
                    Array((row["ignorefile"] as? String ?? "").utf8), file: ".dockerignore")
            } catch {
                return "unexpected \(error)"
            }
            if let read = row["patterns_read"] as? [String], read != patterns.rules.map(\.pattern) {
                return "read \(patterns.rules)"
            }
            // Directories are kept when something in them is, or when they are not ignored themselves.
            var kept: Set<String> = []
            for path in row["tree"] as? [String] ?? [] {
                let names = path.split(separator: "/").map(String.init)
                let isDirectory = path.hasSuffix("/")
                for depth in names.indices {
                    let prefix = names[...depth].joined(separator: "/")
                    guard !patterns.ignores(prefix) else { continue }
                    let isLeaf = depth == names.count - 1 && !isDirectory
                    kept.insert(isLeaf ? prefix : prefix + "/")
                    for above in names.indices where above < depth {
                        kept.insert(names[...above].joined(separator: "/") + "/")
                    }
                }
            }
            let want = row["kept"] as? [String] ?? []
            return kept.sorted() == want.sorted() ? nil : "kept \(kept.sorted()) not \(want)"
        }
    }

    @Test func lintCases() throws {
        try ConformanceFile("lint_cases.jsonl").judge("lint") { row in
            LintConformance(row: row).wrong()
        }
    }
}

extension Node {
    /// BuildKit's dump of its tree.
    fileprivate var dump: String {
        var out = name
        if !flags.isEmpty { out += " [" + flags.map { GoQuote.quote($0.text) }.joined(separator: " ") + "]" }
        for child in children { out += " (" + child.dump + ")" }
        for argument in arguments { out += " " + GoQuote.quote(argument.text) }
        var view = out[...]
        while view.last == " " { view = view.dropLast() }
        return String(view)
    }
}
