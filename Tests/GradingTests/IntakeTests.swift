import Checks
import Foundation
import SystemPackage
import Testing

@testable import Grading

@Suite struct IntakeTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func intake(_ name: String = "") throws -> Intake {
        var intake = Intake()
        try intake.add(name.isEmpty ? folder.path : folder.path.appending(name))
        return intake
    }

    @Test func takesASingleSubmission() throws {
        try folder.write("FROM x", to: "mine/Dockerfile")
        let found = try intake("mine").submissions
        #expect(found.map(\.id) == ["mine"])
        var byFile = Intake()
        try byFile.add(folder.path.appending("mine").appending("Dockerfile"))
        #expect(byFile.submissions.map(\.folder) == found.map(\.folder))
    }

    @Test func findsTheFilesOfAnUnpackedArchive() throws {
        try folder.write("FROM x", to: "ann/homework/Dockerfile")
        #expect(try intake().submissions.first?.folder.lastComponent == "homework")
        #expect(try intake().submissions.first?.id == "ann")
    }

    /// What systems and people put beside the folder that holds the files.
    @Test(arguments: [".DS_Store", "__MACOSX/._x", "README.md", ".git/HEAD", "notes/todo"])
    func findsTheFilesBeside(_ other: String) throws {
        try folder.write("FROM x", to: "ann/homework/Dockerfile")
        try folder.write("x", to: "ann/\(other)")
        #expect(try intake().submissions.first?.folder.lastComponent == "homework")
    }

    @Test func ofSeveralTheExercisesIsTaken() throws {
        try folder.write("FROM x", to: "ann/one/Dockerfile")
        try folder.write("FROM x", to: "ann/two/Dockerfile")
        var named = Intake(exercise: "two")
        try named.add(folder.path)
        #expect(named.submissions.first?.folder.lastComponent == "two")
        #expect(try intake().submissions.first?.folder.lastComponent == "ann")
    }

    @Test func doesNotFollowLinks() throws {
        try folder.write("FROM x", to: "ann/Dockerfile")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending("link").string, withDestinationPath: "/etc")
        let found = try intake()
        #expect(found.submissions.map(\.id) == ["ann"])
        #expect(found.skipped.map(\.reason) == ["a symbolic link is not followed"])
    }

    @Test func namesThatAreHostileAreMadeSafe() throws {
        try folder.write("FROM x", to: "\u{1B}[2J/Dockerfile")
        try folder.write("FROM x", to: "a b $(id)/Dockerfile")
        #expect(try intake().submissions.map(\.id) == ["\\e[2J", "a b $(id)"])
    }

    @Test func nothingThereIsAnError() {
        #expect(throws: Ungradable.self) { try intake("absent") }
    }

    @Test(
        arguments: [
            ("Ann Lee_123_assignsubmission_file_", "Ann Lee", "123"),
            ("Ann_Lee_7_assignsubmission_file", "Ann Lee", "7"), ("submission_991", nil, "991"),
            ("hw1_alee_attempt_2025-01-02-03-04-05", "alee", nil), ("leeann_LATE_55_77_Dockerfile", "leeann", "55"),
            ("leeann_55_77_x", "leeann", "55"), ("ann", nil, nil), ("a@b.org_3_hello", "a@b.org", "3"),
            ("___", nil, nil), ("", nil, nil),
        ] as [(String, String?, String?)])
    func readsNames(_ name: String, _ student: String?, _ id: String?) {
        #expect(SubmissionName(name).student == student)
        #expect(SubmissionName(name).id == id)
    }
}
