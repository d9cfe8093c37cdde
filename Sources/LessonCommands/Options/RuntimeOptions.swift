import ArgumentParser
import Sandbox

/// Which program runs the containers.
struct RuntimeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The OCI runtime, a name or a path (default: LESSON_RUNTIME, else crun, else runc).", valueName: "program"))
    var runtime: String?

    /// What was asked for here or in the environment.
    var choice: RuntimeChoice {
        (runtime ?? ProgramPath.environment("LESSON_RUNTIME")).map { .path($0) } ?? .auto
    }
}
