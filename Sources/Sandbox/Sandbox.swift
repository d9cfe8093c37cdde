package import Linux
package import SystemPackage

/// The OCI runtime to hand bundles to.
package enum RuntimeChoice: Hashable, Sendable {
    /// crun where it works, else runc.
    case auto
    /// A program that takes crun's and runc's arguments: gVisor's `runsc`, say.
    case path(String)
}

/// Runs processes in containers. Made once per engine; runs may overlap.
package struct Sandbox: Sendable {
    package let context: EngineContext
    let runtime: OCIRuntime
    /// The name of the program that runs containers: `crun`, `runc` or another.
    package var runtimeName: String { runtime.name }
    let scratch: FilePath

    /// Finds the runtime.
    ///
    /// - Parameter scratch: a directory of the engine's tmpfs (`EngineContext.scratch` or below), traversable by all.
    package init(context: EngineContext, runtime: RuntimeChoice = .auto, scratch: FilePath) throws(SandboxError) {
        self.context = context
        self.scratch = scratch
        self.runtime = try OCIRuntime.find(runtime)
        self.runtime.prepareHost()
    }

    /// Runs one process to its end and leaves nothing of it behind but its changes in `spec.upper`.
    ///
    /// Cancelling the task ends everything that was started.
    /// - Parameter output: gets what the process writes as it comes, on one thread that is not the concurrency runtime's.
    package func run(
        _ spec: SandboxSpec, output: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) async throws(SandboxError) -> SandboxOutcome {
        let cancellation: Wakeup
        do throws(LinuxError) {
            cancellation = try Wakeup()
        } catch {
            throw SandboxError(.system, "\(error)")
        }
        let result: Result<SandboxOutcome, SandboxError> = await withTaskCancellationHandler {
            await DedicatedThread.result { () throws(SandboxError) in
                try SandboxRun(self, spec, cancellation, output).run()
            }
        } onCancel: {
            cancellation.wake()
        }
        return try result.get()
    }
}
