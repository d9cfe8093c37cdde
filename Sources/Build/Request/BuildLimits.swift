package import Linux

/// What a build may use before it is stopped. Exceeding one is the learner's failure, named in the message.
package struct BuildLimits: Sendable, Hashable {
    /// Each `RUN`: wall and CPU time, memory, processes, bytes written, output.
    package var step: ResourceLimits = .defaults
    /// The whole build, wall time; getting its base images does not count.
    package var wall: Duration? = .seconds(3600)
    /// The whole build, processor time of all its steps together.
    package var cpu: Duration?
    /// Stages in the Dockerfile.
    package var stages = 500
    /// Instructions in the Dockerfile.
    package var instructions = 10_000
    /// Bytes that one build may take from its context.
    package var contextBytes: Int64 = 8 << 30
    /// Files that one build may take from its context.
    package var contextFiles = 1_000_000
    /// Bytes that one `ADD` of a URL or of an archive may bring.
    package var downloadBytes: Int64 = 4 << 30

    package init() {}
}
