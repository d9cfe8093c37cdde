import Dockerfile
import Glibc
import Images
import OCI

/// What a stage has come to after some of its instructions.
struct StageState: Sendable {
    /// Bottom first.
    var layers: [SnapshotID] = []
    /// Names the content of `layers` by what made it: equal keys, equal file trees.
    var chain = StepKey.scratch
    var configuration: ImageConfiguration
    /// What `RUN` and expansion see: the image's `ENV`, and every `ARG` so far.
    var environment = EnvironmentList()
    /// `ARG`s so far, those of a base stage first; the value is nil while there is none.
    var arguments: [(name: String, value: String?)] = []
    /// `CMD` stands in this stage: `ENTRYPOINT` then leaves it.
    var hasCommand = false
    /// Where a created time comes from.
    var clock: BuildClock
    /// When the latest layer was made: what follows it in the history is no newer, so that a build with nothing new
    /// gives the very same image.
    var time: Timestamp?
    /// The working directory was made by this build: it is there.
    var hasMadeDirectory = false
    /// Layers that came with the base image, which are counted as nobody's steps.
    var baseLayerCount = 0
    /// The user's `SHELL`, else Docker's.
    var shell: [String] { configuration.config.shell ?? ["/bin/sh", "-c"] }
    /// Absolute.
    var workingDirectory: String {
        configuration.config.workingDirectory.isEmpty ? "/" : configuration.config.workingDirectory
    }

    /// What an image without a base has.
    static let defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The state that `FROM scratch` begins with.
    init(scratch platform: Platform, clock: BuildClock) {
        configuration = ImageConfiguration(platform: platform)
        configuration.config.environment = [Self.defaultPath]
        configuration.config.workingDirectory = "/"
        environment = EnvironmentList(entries: configuration.config.environment)
        self.clock = clock
    }

    /// The state that `FROM image` begins with.
    ///
    /// - Parameter chain: the key of its layers.
    init(image: StoredImage, chain: Digest, clock: BuildClock) {
        layers = image.layers
        self.chain = chain
        configuration = image.configuration
        configuration.diffIDs = []
        if configuration.config.environmentValue("PATH") == nil {
            configuration.config.environment.append(Self.defaultPath)
        }
        environment = EnvironmentList(entries: configuration.config.environment)
        if !configuration.config.workingDirectory.isEmpty {
            configuration.config.workingDirectory = PathText.absolute(
                configuration.config.workingDirectory, in: "/")
        }
        self.clock = clock
        time = configuration.created
        baseLayerCount = layers.count
    }

    /// The state that `FROM stage` begins with: everything but its `CMD` being new.
    init(stage base: StageState) {
        self = base
        hasCommand = false
    }

    /// Writes a line of history.
    mutating func commit(_ text: String, makesLayer: Bool) {
        configuration.history.append(
            HistoryEntry(
                created: created, createdBy: text, comment: "buildkit.dockerfile.v0", emptyLayer: !makesLayer))
    }

    /// The time of what is made now.
    var created: Timestamp { clock.epoch == nil ? time ?? clock.now : clock.now }

    /// Takes a layer on.
    mutating func push(_ snapshot: SnapshotID, chain: Digest, made: Timestamp, history text: String) {
        layers.append(snapshot)
        self.chain = chain
        time = made
        commit(text, makesLayer: true)
    }

    /// The words that a shell or exec form starts.
    func words(of commandLine: CommandLineForm) -> [String] {
        switch commandLine {
        case .shell(let text): shell + [text]
        case .exec(let words): words
        }
    }
}

/// Where the times in an image come from: the wall clock, or `SOURCE_DATE_EPOCH`.
struct BuildClock: Sendable {
    /// Seconds since 1970; nil: the wall clock.
    var epoch: Int64?

    var now: Timestamp {
        if let epoch { return Timestamp(seconds: epoch) }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(seconds: Int64(now.tv_sec), nanoseconds: Int32(truncatingIfNeeded: now.tv_nsec))
    }
}
