/// A runtime that was found.
struct OCIRuntime: Hashable, Sendable {
    var path: String
    /// `crun`, `runc`, or the name of another.
    var name: String

    static func find(_ choice: RuntimeChoice) throws(SandboxError) -> OCIRuntime {
        OCIRuntime(path: "/usr/bin/crun", name: "crun")
    }
}
