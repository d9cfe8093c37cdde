import Foundation
import Testing

/// The doctor tries everything for real: what is broken here on purpose it finds, names, and knows what to do about.
@Suite(.serialized) struct DoctorTests {
    struct Document: Decodable {
        struct Finding: Decodable {
            var id: String
            var title: String
            var status: String
            var detail: String
            var advice: String?
        }
        var ok: Bool
        var capabilities: [Finding]
    }

    struct Breakage: CustomTestStringConvertible, Sendable {
        /// What is done in a mount namespace of its own before the doctor comes; `$HOME_` is a folder of the test's.
        var script: String
        /// Findings that must have this status.
        var found: [String: String]
        var status: Int32

        var testDescription: String { script }
    }

    /// Nothing can be executed that this is laid over.
    private static func hide(_ programs: String...) -> String {
        programs.map { "for f in /usr/bin/\($0) /usr/sbin/\($0); do [ ! -e $f ] || mount --bind /dev/null $f; done" }
            .joined(separator: "; ")
    }

    static let breakages: [Breakage] = [
        Breakage(script: "true", found: ["overlayfs": "ok", "store": "ok"], status: 0),
        Breakage(script: hide("runc"), found: ["crun": "ok", "runc": "degraded"], status: 0),
        Breakage(script: hide("crun", "runc"), found: ["crun": "missing", "runc": "missing"], status: 2),
        Breakage(script: hide("newuidmap"), found: ["newuidmap": "degraded"], status: 0),
        Breakage(
            script: hide("slirp4netns"), found: ["slirp4netns": "degraded", "network-isolated": "missing"], status: 0),
        Breakage(
            script: "mount -t tmpfs none /dev/net",
            found: ["tun": "missing", "network-isolated": "missing", "crun": "ok"], status: 0),
        Breakage(script: hide("skopeo"), found: ["skopeo": "degraded", "crun": "ok"], status: 0),
        Breakage(
            script: "mkdir $HOME_/full; mount -t tmpfs -o size=300k none $HOME_/full; export LESSON_HOME=$HOME_/full",
            found: ["store": "missing"], status: 2),
        Breakage(
            script: "mkdir $HOME_/ro; mount --bind $HOME_/ro $HOME_/ro; mount -o remount,bind,ro $HOME_/ro; "
                + "export LESSON_HOME=$HOME_/ro",
            found: ["store": "missing"], status: 2),
        // The upper directory of an overlay cannot itself be on one.
        Breakage(
            script: "cd $HOME_; mkdir l u w m; mount -t overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr none m; "
                + "export LESSON_HOME=$HOME_/m", found: ["overlayfs": "degraded", "crun": "ok"], status: 0),
        Breakage(
            script: "mount -t tmpfs none /sys/fs/cgroup", found: ["cgroups": "degraded", "crun": "ok"], status: 0),
        Breakage(
            script: "echo 0 > /proc/sys/user/max_user_namespaces", found: ["engine-namespace": "missing"], status: 2),
    ]

    @Test(arguments: breakages) func whatIsBrokenIsFound(_ breakage: Breakage) throws {
        let learner = try Learner()
        let (output, error, status) = try Self.run(breakage.script, then: "doctor --json", for: learner)
        #expect(status == breakage.status, "\(error)")
        let document = try JSONDecoder().decode(Document.self, from: Data(output.utf8))
        #expect(document.ok == (breakage.status == 0))
        for (id, wanted) in breakage.found {
            let finding = try #require(document.capabilities.first { $0.id == id }, "\(id) is not in \(output)")
            #expect(finding.status == wanted, "\(id): \(finding.detail)")
            #expect(finding.status == "ok" || finding.advice?.isEmpty == false, "no advice for \(id)")
        }
    }

    /// Where the kernel refuses overlayfs, builds work all the same and say once why they are slow.
    @Test func buildsWithoutOverlayfsSaySo() throws {
        let learner = try Learner()
        try learner.write(
            "FROM scratch\nCOPY a /\nFROM scratch\nCOPY --from=0 /a /a\nCOPY a /b\nCOPY a /c\n", to: "Dockerfile")
        try learner.write("a", to: "a")
        let overlay =
            "cd $HOME_; mkdir l u w m; mount -t overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr none m; "
            + "export LESSON_HOME=$HOME_/m; cd -"
        let (_, error, status) = try Self.run(overlay, then: "docker build -t x .", for: learner)
        #expect(status == 0, "\(error)")
        #expect(error.components(separatedBy: "layers are copied").count == 2, "\(error)")
    }

    /// In a user and mount namespace in which we are root: what is mounted and forbidden there is nobody else's business.
    private static func run(
        _ script: String, then arguments: String, for learner: Learner
    ) throws -> (output: String, error: String, status: Int32) {
        let whole = "\(script); exec \"$LESSON_\" \(arguments)"
        return try learner.run(
            URL(fileURLWithPath: "/usr/bin/unshare"), ["--map-root-user", "--mount", "sh", "-ec", whole],
            environment: ["HOME_": learner.folder.path, "LESSON_": learner.executable.path])
    }
}
