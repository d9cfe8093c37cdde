package import SystemPackage

/// What somebody wants to have built.
///
/// Everything that can change the outcome is in here: the builder reads no environment and no file that is not named.
package struct BuildRequest: Sendable {
    /// The text of the Dockerfile.
    package var dockerfile: [UInt8]
    /// The Dockerfile's name as the person typed it: what messages show.
    package var dockerfileName: String
    /// The folder that `COPY` and `ADD` take files from; nil: an empty one.
    package var context: FilePath?
    /// The text of the `.dockerignore` (or `NAME.dockerignore`) to use, if there is one.
    package var ignoreFile: [UInt8]?
    /// The ignore file's name as messages show it.
    package var ignoreFileName = ".dockerignore"
    /// `--target`: the stage to build; nil: the last.
    package var target: String?
    /// `--build-arg`.
    package var buildArguments: [String: String] = [:]
    /// `--label`: labels added to the image.
    package var labels: [String: String] = [:]
    /// `--secret`: by id. They enter no layer, config, history, key or event.
    package var secrets: [String: BuildSecret] = [:]
    /// `--ssh`: by id. What a step gets of one is a socket while it runs.
    package var agents: [String: BuildAgent] = [:]
    /// `--build-context`: by name; they win over stages and images of that name.
    package var namedContexts: [String: NamedContext] = [:]
    /// `--platform`, `os/arch[/variant]`; nil: this machine's.
    package var platform: String?
    /// What `RUN` may reach unless it says `--network` itself, and what `ADD` of a URL may.
    package var network: BuildNetwork = .isolated
    /// What a step and the whole build may use.
    package var limits = BuildLimits()
    /// Looks nothing up in the cache; what is built is stored in it.
    package var noCache = false
    /// Asks the registry for base images even if one is in the store.
    package var pull = false
    /// Every time stamp in the image (seconds since 1970): two builds then have one digest.
    package var sourceDateEpoch: Int64?
    /// Context files whose bytes are replaced, by path relative to the context: how a checker plants a canary.
    package var substitutions: [FilePath: [UInt8]] = [:]
    /// Whose cache mounts (`RUN --mount=type=cache`) are used: submissions must not share them.
    package var cacheMountScope = "default"
    /// The host name inside `RUN`.
    package var hostname = "buildkitsandbox"
    /// Lines added to `/etc/hosts` inside `RUN`, by name.
    package var extraHosts: [String: String] = [:]
    /// How many `RUN`s go on at the same time; nil: one for each core.
    package var parallelism: Int?

    /// Makes a request with everything else as Docker has it.
    package init(dockerfile: [UInt8], dockerfileName: String, context: FilePath?) {
        self.dockerfile = dockerfile
        self.dockerfileName = dockerfileName
        self.context = context
    }
}

/// A value that a step may see and nobody may keep.
package struct BuildSecret: Sendable {
    /// The value.
    package var bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// An ssh agent that steps may use and nobody may keep.
package enum BuildAgent: Sendable, Hashable {
    /// Where one listens.
    case socket(FilePath)
    /// Private keys, for an agent of the build's own.
    case keys([[UInt8]])
}

/// What a name given with `--build-context` stands for.
package enum NamedContext: Hashable, Sendable {
    /// A folder of this machine.
    case directory(FilePath)
    /// `docker-image://reference`.
    case image(String)
    /// `docker-image://scratch`: nothing.
    case scratch
}

/// What a build may reach over the network.
package enum BuildNetwork: String, Hashable, Sendable, Codable, CaseIterable {
    case none
    /// The outside, but not this machine nor private addresses.
    case isolated
    /// Everything this machine reaches.
    case host
}
