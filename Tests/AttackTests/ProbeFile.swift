import Glibc
import Linux
import SystemPackage

/// An attack, read from a file of `Fixtures/probes/FAMILY/NAME.probe`.
///
/// The first line says what is tried and on whom it worked. Lines `key: value` follow, then parts, each after a line
/// `-- NAME --`:
/// - `prepare`: shell, run in the build context before;
/// - `Dockerfile`: what is built;
/// - `attack.sh`: put into the context; calls `fell WHAT` when it got what it wanted;
/// - `run`: shell that takes the place of the build;
/// - `check`: shell, run afterwards by the person; its failure is a fall.
///
/// Keys: `expect` (`built`, `refused` or `any`), `says` (what must be in the output, more than once allowed), `runtime:
/// each` (with runc, and by a user with one id, too), `needs: root` (makes
/// networks of its own), `control: host` (the attack must succeed outside of the sandbox), `output: raw` (it goes to the
/// person as it is), `falls` (of a probe that is made to fall: why).
///
/// In all parts `@CANARY@` is a folder of the host that nobody may reach, `@MARK@` a word to mark processes with, `@PID@`
/// a process of the host, `@WORK@` the probe's folder.
struct ProbeFile {
    var title = ""
    private var keys: [String: [String]] = [:]
    private var parts: [String: String] = [:]

    init(_ text: String) {
        var part: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("-- "), line.hasSuffix(" --") {
                let name = String(line.dropFirst(3).dropLast(3))
                part = name
                parts[name] = ""
            } else if let part {
                parts[part, default: ""] += line + "\n"
            } else if title.isEmpty {
                title = String(line)
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                keys[String(line[..<colon]), default: []].append(String(value))
            }
        }
    }

    func value(_ key: String) -> String? { keys[key]?.first }
    func values(_ key: String) -> [String] { keys[key] ?? [] }
    func part(_ name: String) -> String? { parts[name] }

    /// Every key and part that a file may have: a misspelt one would make a probe that tries nothing.
    static let knownKeys: Set<String> = ["expect", "says", "runtime", "needs", "control", "output", "falls"]
    static let knownParts: Set<String> = ["prepare", "Dockerfile", "attack.sh", "run", "check"]

    var unknown: [String] {
        keys.keys.filter { !Self.knownKeys.contains($0) } + parts.keys.filter { !Self.knownParts.contains($0) }
    }

    // MARK: - Where they are

    static let fixtures = FilePath(#filePath).removingLastComponent().appending("Fixtures")

    /// `FAMILY/NAME` of all probes.
    static let all: [String] = {
        guard let root = try? RootedDirectory(at: fixtures.appending("probes")) else { return [] }
        let families = (try? root.entries()) ?? []
        return families.flatMap { family in names(in: root, FilePath(root: nil, [family.name])) }.sorted()
    }()

    /// Probes that fall, one for each way to notice it.
    static let falling: [String] = {
        (try? RootedDirectory(at: fixtures)).map { names(in: $0, "falls") } ?? []
    }()

    private static func names(in root: RootedDirectory, _ folder: FilePath) -> [String] {
        let entries = (try? root.entries(folder)) ?? []
        return entries.map(\.name.string).filter { $0.hasSuffix(".probe") }.map { "\(folder)/\($0.dropLast(6))" }
            .sorted()
    }

    static func read(_ name: String, below folder: String) throws -> ProbeFile {
        let path = FilePath("\(folder)/\(name).probe")
        let bytes = try RootedDirectory(at: fixtures).readFile(path, limit: 1 << 20)
        return ProbeFile(String(decoding: bytes, as: UTF8.self))
    }
}
