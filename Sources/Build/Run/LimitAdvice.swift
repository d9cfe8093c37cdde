import Sandbox

extension LimitExceeded.Kind {
    /// What usually makes a step run into this limit, and what its author can do about it.
    var advice: String {
        switch self {
        case .wall:
            "does the command wait for an answer, or serve without end? a server belongs into CMD, which a build does "
                + "not run"
        case .cpu: "does the program compute without end? a loop that never ends looks like this"
        case .memory:
            "does the program keep more and more in memory? compiling fewer files at once (make -j1) takes less"
        case .processes: "does the program start itself again and again? fewer jobs at once (make -j2) need less"
        case .writtenBytes:
            "does the program write without end? install less (--no-install-recommends), and remove in the same RUN "
                + "what only that RUN needs"
        case .files: "does the program make files without end? install or unpack only what the image needs"
        case .outputBytes: "does the program print without end? leave out flags like -v, or send its output to a file"
        case .contextBytes: "copy less: name the files that are needed, or list the others in .dockerignore"
        }
    }
}
