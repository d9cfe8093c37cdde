import Foundation
import Glibc
import Linux
import OCI
import SystemPackage
import Testing

/// Whole builds by the program itself: a folder of `Fixtures/cases` is a case.
///
/// A folder has a `Dockerfile`; a `context` folder, if it needs files; a `case.json` with `arguments` for `docker
/// build` and a shell line `prepare` that is run in the context; and `expect.json`: what the image adds to its base,
/// its config and history, or the error with its lines. Where one id is mapped, what cannot be had with one is said in
/// an `expect-one-id.json` beside it: a change of owner inside `RUN` is not seen by anybody. To add a case, add a
/// folder; with `LESSON_RECORD=1` a missing `expect.json` is written, to be read and judged before it is committed.
@Suite(.serialized) struct BuildCaseTests {
    /// Beside the tests, wherever they were copied to.
    static let folder = FilePath(Bundle.module.bundleURL.path).appending("Fixtures").appending("cases")
    /// Where new expectations are written to.
    static let source = FilePath(#filePath).removingLastComponent().appending("Fixtures").appending("cases")

    static let names: [String] = {
        let entries = (try? RootedDirectory(at: folder).entries()) ?? []
        return entries.filter { $0.kind == .directory }.map(\.name.string).sorted()
    }()

    @Test func thereAreManyCases() {
        #expect(Self.names.count >= 120)
    }

    @Test(arguments: Layers.allCases, names) func builds(layers: Layers, _ name: String) async throws {
        let work = try Folder.make("lesson-case")
        defer { Folder.remove(work) }
        let found = try await BuildCase(name, in: Self.folder.appending(name)).run(in: work, layers: layers)
        guard let path = Expectations.file(in: Self.folder.appending(name)) else {
            if getenv("LESSON_RECORD") != nil {
                try RootedDirectory(at: Self.source.appending(name)).writeFile(
                    FilePath("expect.json"), Array(found.pretty.utf8))
            }
            Issue.record("\(name) has no expect.json")
            return
        }
        let wanted = try JSON(
            parsing: RootedDirectory(at: Self.folder.appending(name)).readFile(path, limit: 1 << 20))
        #expect(found == wanted, "\(JSONDifference.lines(wanted, found).joined(separator: "\n"))")
    }
}

/// Which of a case's expectations counts here.
enum Expectations {
    /// Whoever runs the tests has no ids but their own.
    static let isForOneID: Bool = {
        let uid = geteuid()
        guard uid != 0 else { return false }
        let name = getpwuid(uid).map { String(cString: $0.pointee.pw_name) }
        let text = (try? RootedDirectory(at: "/etc").readFile("subuid", limit: 1 << 20)) ?? []
        return !String(decoding: text, as: UTF8.self).split(separator: "\n").contains { line in
            let first = line.prefix { $0 != ":" }
            return first == name ?? "" || first == "\(uid)"
        }
    }()

    /// Whoever runs the tests has a range of ids: what is made with these only the engine can read and change.
    static let isForRange = geteuid() != 0 && !isForOneID

    /// The name of the file; nil if there is none.
    static func file(in folder: FilePath) -> FilePath? {
        let names: [FilePath] = isForOneID ? ["expect-one-id.json", "expect.json"] : ["expect.json"]
        return names.first { access(folder.appending($0.components).string, F_OK) == 0 }
    }
}

/// One case.
struct BuildCase {
    let name: String
    let folder: FilePath
    private let settings: JSON

    init(_ name: String, in folder: FilePath) throws {
        self.name = name
        self.folder = folder
        let path = FilePath("case.json")
        let directory = try RootedDirectory(at: folder)
        settings =
            try directory.statusIfPresent(path) == nil
            ? .object([:]) : JSON(parsing: directory.readFile(path, limit: 1 << 20))
    }

    /// What the case gives to `docker build`.
    var arguments: [String] { settings["arguments"]?.strings ?? [] }

    /// Builds, and says what came of it.
    func run(in work: FilePath, layers: Layers = .mounted) async throws -> JSON {
        try await prepare(in: work)
        let output = try await build(in: work, layers: layers)
        guard output.status == 0 else { return failure(output) }
        return describe(try Self.image(in: work))
    }

    /// Lays out the Dockerfile and its context.
    func prepare(in work: FilePath) async throws {
        let script = """
            set -e
            umask 022
            mkdir context
            [ ! -d '\(folder)/context' ] || cp -a '\(folder)/context/.' context/
            chmod -R u=rwX,go=rX context
            cp '\(folder)/Dockerfile' Dockerfile
            cd context
            \(settings["prepare"]?.string ?? "")
            """
        let prepared = try await ChildProcess.run(
            ChildProcess.Command(
                "sh", ["-c", script], environment: ChildProcess.Command.hostEnvironment, workingDirectory: work))
        try #require(prepared.ending == .exited(0), "\(String(decoding: prepared.standardError, as: UTF8.self))")
    }

    /// Builds into an archive in `work`.
    func build(in work: FilePath, layers: Layers = .mounted) async throws -> Program.Output {
        try await Program.shared.docker(
            ["build", "--network", "none", "-f", "Dockerfile", "--output", "type=oci,dest=image.tar"] + arguments
                + ["context"], in: work, layers: layers)
    }

    /// The image that was built.
    static func image(in work: FilePath) throws -> BuiltImage {
        try BuiltImage(archive: RootedDirectory(at: work).readFile(FilePath("image.tar"), limit: 1 << 30))
    }

    private func failure(_ output: Program.Output) -> JSON {
        let last = output.standardError.split(separator: "\n").last.map(String.init) ?? ""
        return .object(["status": .integer(output.status), "error": .string(last)])
    }

    private func describe(_ image: BuiltImage) -> JSON {
        // The base is one layer; a case over nothing is shown whole.
        let isOnBase = image.base["bin/busybox"] != nil
        let base = isOnBase ? image.base : [:]
        var tree: [String: JSON] = [:]
        for (path, line) in image.tree where base[path] != line { tree[path] = .string(line) }
        let removed = base.keys.filter { image.tree[$0] == nil }.sorted()
        var config = image.config["config"]?.object ?? [:]
        for (key, value) in config where value == .array([]) || value == .object([:]) { config[key] = nil }
        let history = (image.config["history"]?.array ?? []).compactMap { $0["created_by"]?.string }
        return .object(leavingOutNil: [
            "status": 0, "tree": .object(tree), "removed": removed.isEmpty ? nil : .strings(removed),
            "config": .object(config), "author": image.config["author"],
            "platform": .string(
                (image.config["os"]?.string ?? "") + "/" + (image.config["architecture"]?.string ?? "")),
            "history": .strings(isOnBase ? Array(history.dropFirst(2)) : history),
            "layers": .integer(isOnBase ? image.layerCount - 1 : image.layerCount),
        ])
    }
}

/// Where two documents differ.
enum JSONDifference {
    static func lines(_ wanted: JSON?, _ found: JSON?, at path: String = "") -> [String] {
        if wanted == found { return [] }
        if case .object(let a)? = wanted, case .object(let b)? = found {
            return Set(a.keys).union(b.keys).sorted().flatMap { lines(a[$0], b[$0], at: path + "/" + $0) }
        }
        return ["\(path): wanted \(wanted?.text ?? "nothing"), found \(found?.text ?? "nothing")"]
    }
}

extension JSON {
    /// Readable, two spaces for each level, keys sorted.
    var pretty: String { pretty(indent: "") + "\n" }

    private func pretty(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.keys.sorted().map {
                "\(inner)\(JSON.string($0).text): \(members[$0]?.pretty(indent: inner) ?? "null")"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        case .array(let items) where items.count > 1:
            return "[\n" + items.map { inner + $0.pretty(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        default: return text
        }
    }
}
