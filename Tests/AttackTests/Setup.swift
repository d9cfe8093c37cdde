import Glibc
import Testing

/// Who attacks, and by which runtime.
struct Setup: Hashable, Sendable, CustomTestStringConvertible {
    /// nil: whoever runs the tests.
    var user: UInt32?
    var runtime = "crun"

    var testDescription: String { "\(user.map { "user \($0)" } ?? "self"), \(runtime)" }

    /// An id without an entry in `/etc/passwd` and `/etc/subuid`.
    private static let stranger: UInt32 = 54322

    /// Besides whoever runs the tests, with the usual runtime.
    static var others: [Setup] {
        [Setup(runtime: "runc")] + (geteuid() == 0 ? [Setup(user: stranger)] : [])
    }

    /// What goes before a command.
    var prefix: [String] {
        guard let user else { return [] }
        return ["setpriv", "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups", "--"]
    }
}

/// A probe and who tries it. All are tried by whoever runs the tests; what privilege and the runtime have a part in, by
/// the others, too. `scripts/test-identities` runs the suite as users of each kind.
struct Trial: Hashable, Sendable, CustomTestStringConvertible {
    var name: String
    var setup: Setup

    var testDescription: String { "\(name), \(setup.testDescription)" }

    static let here: [Trial] = ProbeFile.all.flatMap { name -> [Trial] in
        let probe = try? ProbeFile.read(name, below: "probes")
        let needsRoot = probe?.value("needs") == "root"
        if needsRoot, geteuid() != 0 { return [] }
        let others = probe?.value("runtime") == "each" ? Setup.others.filter { !needsRoot || $0.user == nil } : []
        return ([Setup()] + others).map { Trial(name: name, setup: $0) }
    }
}
