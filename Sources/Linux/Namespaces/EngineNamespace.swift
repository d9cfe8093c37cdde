package import SystemPackage

/// What the engine knows of the namespaces it stands in.
package struct EngineContext: Sendable, Hashable {
    /// How a container's ids are seen here.
    package var ids: IdentityMapping
    /// The invocation's own control group, nil where none is to be had.
    package var controlGroup: ControlGroup?
    /// Who started the program, in the host's ids.
    package var invokingUser: UInt32
    package var invokingGroup: UInt32
    /// An empty tmpfs of this invocation, mounted privately: nothing in it outlives the engine. Mode 0755.
    package var scratch: FilePath
}

/// Why the engine's namespaces cannot be had; the hint says what to do.
package struct EngineNamespaceError: Error, Sendable, CustomStringConvertible {
    package var message: String
    package var hint: String?
    package var underlying: LinuxError?

    package var description: String { underlying.map { "\(message): \($0)" } ?? message }
}

/// The user, mount, pid, cgroup and ipc namespaces that every command of the engine runs in.
package enum EngineNamespace {
    /// Runs this program again inside the engine's namespaces and ends this process with the status of that one; returns
    /// only inside.
    package static func reexecuteIfNeeded() throws(EngineNamespaceError) {
        throw EngineNamespaceError(message: "not yet", hint: nil, underlying: nil)
    }

    /// What we stand in; throws outside.
    package static func current() throws(EngineNamespaceError) -> EngineContext {
        throw EngineNamespaceError(message: "not yet", hint: nil, underlying: nil)
    }
}
