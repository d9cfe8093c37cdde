package import Checks
package import Images
import Lessons
import OCI
package import SystemPackage

/// What an examination needs of the engine: a small door, so that it can be tested without one.
package protocol ExaminationEngine: Sendable {
    /// Builds. Never throws: what went wrong, and whose doing it is, is part of the reply.
    func build(_ order: BuildOrder) async -> BuildReply
    /// The image of a lesson by name, made or pulled when it is not there.
    func image(named name: String) async throws(Ungradable) -> EngineImage
    /// Whether that image is there already, so that nothing has to be made or pulled.
    func isHere(_ name: String) async -> Bool
    /// What a layer holds.
    func layer(_ id: String) async throws(Ungradable) -> LayerTable
    /// What a layer held when it was made: for the layers of stages, which nobody is handed.
    func history(ofLayer id: String) async throws(Ungradable) -> LayerTable
    /// A regular file of a layer; nil when there is none.
    func file(_ path: ImagePath, inLayer id: String) async -> LayerContent?
    /// Runs the image's own command.
    func run(_ image: EngineImage, _ order: RunOrder) async -> RunObservation
    /// Holds what one examination uses, as long as the value lives.
    func lease() -> any Sendable
    /// Called between examinations: what none of them uses may go where there is too much.
    func tidy() async
}

extension ExaminationEngine {
    package func history(ofLayer id: String) async throws(Ungradable) -> LayerTable { try await layer(id) }
    package func lease() -> any Sendable { () }
    package func tidy() async {}

    /// What an image prints on standard output.
    /// - Throws: when the machine could not run it: nobody's answer is worse for that.
    func output(of image: EngineImage, _ order: RunOrder) async throws(Ungradable) -> [UInt8] {
        let run = await run(image, order)
        guard case .fault(let reason) = run.ending else { return run.standardOutput }
        throw Ungradable(
            .fault, message: "the image could not be run here: \(Wording.clipped(reason, 300))",
            remedy: "this is not your doing: `lesson doctor` says what this machine lacks")
    }
}

/// What is to be built.
package struct BuildOrder: Sendable {
    package var dockerfile: [UInt8]
    /// As messages show it.
    package var dockerfileName: String
    package var context: FilePath
    package var ignoreFile: [UInt8]?
    package var network: NetworkChoice
    package var limits: ExaminationLimits
    /// Context files whose bytes are replaced.
    package var substitutions: [FilePath: [UInt8]]
    /// Keeps what one submission may leave for the next apart.
    package var scope: String

    package init(
        dockerfile: [UInt8], dockerfileName: String = "Dockerfile", context: FilePath, ignoreFile: [UInt8]? = nil,
        network: NetworkChoice = .none, limits: ExaminationLimits = ExaminationLimits(),
        substitutions: [FilePath: [UInt8]] = [:], scope: String = ""
    ) {
        self.dockerfile = dockerfile
        self.dockerfileName = dockerfileName
        self.context = context
        self.ignoreFile = ignoreFile
        self.network = network
        self.limits = limits
        self.substitutions = substitutions
        self.scope = scope
    }
}

/// The network of a build.
package enum NetworkChoice: String, Sendable, Hashable, Codable {
    case none
    case isolated
}

/// How a build ended.
package enum BuildReply: Sendable {
    case built(Built)
    /// It is the submission's fault.
    case failed(BuildObservation.Failure, BuildGraph?)
    /// It is not.
    case impossible(Ungradable)

    package struct Built: Sendable {
        package var image: EngineImage
        package var graph: BuildGraph
        /// Files that were taken from the context: path to SHA-256 in hexadecimal digits.
        package var contextFiles: [String: String]
        package var seconds: Double
        package var cachedSteps: Int
        package var totalSteps: Int
        package var lint: [LintObservation]

        package init(
            image: EngineImage, graph: BuildGraph, contextFiles: [String: String] = [:], seconds: Double = 0,
            cachedSteps: Int = 0, totalSteps: Int = 0, lint: [LintObservation] = []
        ) {
            self.image = image
            self.graph = graph
            self.contextFiles = contextFiles
            self.seconds = seconds
            self.cachedSteps = cachedSteps
            self.totalSteps = totalSteps
            self.lint = lint
        }
    }
}

/// An image as far as an examination looks at it.
package struct EngineImage: Sendable {
    /// Names it within the store.
    package var key: String
    /// The ids of its layers, bottom first, with the bytes of their uncompressed archives.
    package var layers: [(id: String, bytes: Int64)]
    package var config: ConfigObservation
    /// The engine's own value, to tag the image with; nil in tests.
    package var stored: StoredImage?

    package init(
        key: String, layers: [(id: String, bytes: Int64)], config: ConfigObservation = ConfigObservation(),
        stored: StoredImage? = nil
    ) {
        self.key = key
        self.layers = layers
        self.config = config
        self.stored = stored
    }

    /// The sum of its uncompressed layers.
    package var size: Int64 { layers.lazy.map(\.bytes).sizeSum }
}

/// One run of an image.
package struct RunOrder: Sendable, Hashable, Codable {
    /// Started in place of the image's entry point and command; nil for these.
    package var program: String?
    package var arguments: [String]
    package var standardInput: String?
    package var limits: ExaminationLimits
    /// Beside the image's own, `NAME=value`.
    package var environment: [String]

    package init(
        program: String? = nil, arguments: [String] = [], standardInput: String? = nil, limits: ExaminationLimits,
        environment: [String] = []
    ) {
        self.program = program
        self.environment = environment
        self.arguments = arguments
        self.standardInput = standardInput
        self.limits = limits
    }
}
