import Foundation
import Glibc
import Testing

/// A submission of the fixtures: its files, the verdict that is fair, and why.
struct SubmissionCase: Sendable, CustomTestStringConvertible {
    /// What `verdict.json` says.
    struct Expected: Decodable, Sendable {
        /// The reason, for whoever reads the case.
        var why: String
        var verdict: String
        var score: Int
        /// Checks that fail; all others pass, but where nothing was built.
        var fails: [String]?
        /// Checks that are skipped.
        var skips: [String]?
        /// The verdict of the exercise's integrity check.
        var integrity: String?
        /// Texts that the document must hold somewhere.
        var says: [String]?
        /// A program that was compiled somewhere else is put there, newer than all other files.
        var program: String?
        /// FIFOs to make: no repository can hold them.
        var fifos: [String]?
        /// Symbolic links to make: path to target.
        var links: [String: String]?
    }

    var name: String
    var folder: URL
    var expected: Expected

    var testDescription: String { name }

    /// All cases in a folder of the fixtures.
    static func all(in group: String) -> [SubmissionCase] {
        guard let root = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/verdicts/\(group)"),
            let names = try? FileManager.default.contentsOfDirectory(atPath: root.path)
        else { return [] }
        return names.sorted().compactMap { name in
            let folder = root.appendingPathComponent(name)
            let files = hasOneID ? ["verdict-one-id.json", "verdict.json"] : ["verdict.json"]
            guard let data = files.lazy.compactMap({ try? Data(contentsOf: folder.appendingPathComponent($0)) }).first,
                let expected = try? JSONDecoder().decode(Expected.self, from: data)
            else { return nil }
            return SubmissionCase(name: name, folder: folder, expected: expected)
        }
    }

    /// Whoever runs the tests has no ids but their own, so that users and owners are emulated: see `docs/known-faults.md`.
    private static let hasOneID: Bool = {
        let uid = geteuid()
        guard uid != 0 else { return false }
        let name = getpwuid(uid).map { String(cString: $0.pointee.pw_name) } ?? "\(uid)"
        let lines = (try? String(contentsOfFile: "/etc/subuid", encoding: .utf8))?.split(separator: "\n") ?? []
        return !lines.contains { $0.hasPrefix("\(name):") || $0.hasPrefix("\(uid):") }
    }()

    /// Hands the files in: a copy, since some things no repository holds.
    func handIn(to place: URL, program: URL) throws {
        let files = FileManager.default
        let source = folder.appendingPathComponent("files")
        if files.fileExists(atPath: source.path) {
            // Not with `copyItem`, which wants to give the copy the owner of the original.
            let copy = try Process.run(URL(fileURLWithPath: "/bin/cp"), arguments: ["-R", source.path, place.path])
            copy.waitUntilExit()
            try #require(copy.terminationStatus == 0)
        } else {
            try files.createDirectory(at: place, withIntermediateDirectories: true)
        }
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        for path in try files.subpathsOfDirectory(atPath: place.path) {
            try files.setAttributes([.modificationDate: time], ofItemAtPath: place.appendingPathComponent(path).path)
        }
        if let name = expected.program {
            let copy = place.appendingPathComponent(name)
            try files.copyItem(at: program, to: copy)
            try files.setAttributes(
                [.modificationDate: time.addingTimeInterval(100), .posixPermissions: 0o755], ofItemAtPath: copy.path)
        }
        for name in expected.fifos ?? [] {
            try #require(mkfifo(place.appendingPathComponent(name).path, 0o644) == 0)
        }
        for (name, target) in expected.links ?? [:] {
            try files.createSymbolicLink(
                atPath: place.appendingPathComponent(name).path, withDestinationPath: target)
        }
    }
}
