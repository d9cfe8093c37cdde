/// How an image was built, as far as a verdict depends on it: the stages, what each did, what it took from where.
package struct BuildGraph: Sendable, Hashable, Codable {
    /// All stages of the Dockerfile in its order.
    package var stages: [Stage]
    /// The index of the stage that became the image.
    package var finalStage: Int
    /// The Dockerfile's name.
    package var dockerfile: String

    package init(stages: [Stage] = [], finalStage: Int = 0, dockerfile: String = "Dockerfile") {
        self.stages = stages
        self.finalStage = finalStage
        self.dockerfile = dockerfile
    }

    package struct Stage: Sendable, Hashable, Codable {
        package var name: String?
        package var base: Base
        /// The base as the Dockerfile writes it.
        package var baseName: String
        package var isSkipped: Bool
        /// Of its `FROM`.
        package var line: Int
        package var steps: [Step]
        /// The layers it starts from, by the store's ids, bottom first.
        package var baseLayers: [String]

        package init(
            name: String? = nil, base: Base, baseName: String = "", isSkipped: Bool = false, line: Int,
            steps: [Step] = [], baseLayers: [String] = []
        ) {
            self.name = name
            self.base = base
            self.baseName = baseName
            self.baseLayers = baseLayers
            self.isSkipped = isSkipped
            self.line = line
            self.steps = steps
        }
    }

    package enum Base: Sendable, Hashable, Codable {
        case image(String)
        case stage(Int)
        case scratch
    }

    package struct Step: Sendable, Hashable, Codable {
        /// The instruction in upper case.
        package var kind: String
        package var line: Int
        package var text: String
        /// The layer it made, by the store's id.
        package var layer: String?
        package var isCached: Bool
        package var sources: [Source]
        package var mounts: [Mount]

        package init(
            kind: String, line: Int, text: String, layer: String? = nil, isCached: Bool = false,
            sources: [Source] = [], mounts: [Mount] = []
        ) {
            self.kind = kind
            self.line = line
            self.text = text
            self.layer = layer
            self.isCached = isCached
            self.sources = sources
            self.mounts = mounts
        }
    }

    package enum Place: Sendable, Hashable, Codable {
        case context
        case stage(Int)
        case image(String)
        case inline
        case url
    }

    /// One source of a `COPY` or `ADD` and where it went.
    package struct Source: Sendable, Hashable, Codable {
        package var from: Place
        package var path: ImagePath
        package var destination: ImagePath
        /// A directory or an archive, whose content is below ``destination``.
        package var isTree: Bool
        /// An archive, unpacked there.
        package var isArchive: Bool

        package init(
            from: Place, path: ImagePath, destination: ImagePath, isTree: Bool = false, isArchive: Bool = false
        ) {
            self.isArchive = isArchive
            self.from = from
            self.path = path
            self.destination = destination
            self.isTree = isTree
        }
    }

    /// What a `RUN` could read through `--mount`.
    package struct Mount: Sendable, Hashable, Codable {
        package var from: Place
        package var source: ImagePath
        package var target: ImagePath

        package init(from: Place, source: ImagePath, target: ImagePath) {
            self.from = from
            self.source = source
            self.target = target
        }
    }

    /// The final stage and the stages it descends from through `FROM STAGE`, final first.
    package var finalChain: [Int] {
        var chain: [Int] = []
        var next: Int? = finalStage
        while let index = next, stages.indices.contains(index), !chain.contains(index) {
            chain.append(index)
            if case .stage(let base) = stages[index].base { next = base } else { next = nil }
        }
        return chain
    }

    /// The line of the final stage's `FROM`, which is the one to change where it stands on the wrong thing.
    package var finalLine: Int? { stages.indices.contains(finalStage) ? stages[finalStage].line : nil }

    /// What the final stage stands on in the end: an image or nothing.
    package var rootBase: Base? { finalChain.last.map { stages[$0].base } }

    /// `compiler` or `stage 0`.
    package func title(ofStage index: Int) -> String {
        guard stages.indices.contains(index), let name = stages[index].name else { return "stage \(index)" }
        return "stage `\(name)`"
    }
}
