package import Images

/// How an image came to be: enough to follow every path in it to its stage, line and source.
package struct BuildRecord: Codable, Sendable, Hashable {
    /// All stages of the file, in its order, those that were skipped too.
    package var stages: [StageRecord] = []
    /// The index of the stage that became the image.
    package var finalStage = 0
    /// The files that were taken from the build context: path (relative, `/` between names) to SHA-256 (hex).
    package var contextFiles: [String: String] = [:]
    /// The Dockerfile's name.
    package var dockerfile = ""

    package init() {}
}

/// One stage of a build.
package struct StageRecord: Codable, Sendable, Hashable {
    /// 0-based place in the file.
    package var index: Int
    /// The name after `AS`, in lower case.
    package var name: String?
    /// Where it starts from.
    package var base: StageBase
    /// The base as it is written, expanded.
    package var baseName: String
    /// It is what was built.
    package var isFinalTarget = false
    /// Nobody needed it.
    package var skipped = true
    /// The line of its `FROM`.
    package var line: Int
    /// The snapshots it starts from, bottom first.
    package var baseSnapshots: [SnapshotID] = []
    /// What was done, in order; triggers (`ONBUILD`) of the base come first.
    package var steps: [StepRecord] = []

    package init(index: Int, name: String?, base: StageBase, baseName: String, line: Int) {
        self.index = index
        self.name = name
        self.base = base
        self.baseName = baseName
        self.line = line
    }
}

/// What a stage starts from.
package enum StageBase: Codable, Sendable, Hashable {
    /// An image, by its canonical reference and the key that its content has in the step cache.
    case image(reference: String, key: String)
    /// An earlier stage, by index.
    case stage(Int)
    case scratch
    /// A folder given with `--build-context`.
    case context(String)
}

/// One instruction that was carried out.
package struct StepRecord: Codable, Sendable, Hashable {
    /// The instruction's name in upper case.
    package var kind: String
    /// First and last line in the Dockerfile; for a trigger of a base image those of `FROM`.
    package var line: Int
    package var endLine: Int
    /// The instruction as it is written, on one line.
    package var text: String
    /// The layer it made; nil when it made none.
    package var snapshot: SnapshotID?
    /// It came from the cache.
    package var cached = false
    package var seconds: Double = 0
    /// Where the files of a `COPY` or `ADD` came from, one entry for each source that was found.
    package var sources: [CopySource] = []
    /// Where `RUN --mount=from=` and bind mounts of the context reached into.
    package var mounts: [MountOrigin] = []

    package init(kind: String, line: Int, endLine: Int, text: String) {
        self.kind = kind
        self.line = line
        self.endLine = endLine
        self.text = text
    }
}

/// One source of a `COPY` or `ADD`, and where it went.
package struct CopySource: Codable, Sendable, Hashable {
    /// Where it was taken from.
    package var from: CopyOrigin
    /// The path in the origin, absolute, links resolved; the URL for a download; the name for a here-document.
    package var path: String
    /// Where it is in the image, absolute. For a directory: where its content is, so that `path/x` is `destination/x`.
    package var destination: String
    /// A directory, whose content was copied.
    package var isDirectory: Bool
    /// An archive, unpacked at `destination`.
    package var unpacked = false

    package init(from: CopyOrigin, path: String, destination: String, isDirectory: Bool) {
        self.from = from
        self.path = path
        self.destination = destination
        self.isDirectory = isDirectory
    }
}

/// Where `COPY`, `ADD` and mounts take files from.
package enum CopyOrigin: Codable, Sendable, Hashable {
    case context
    /// `--build-context`, by name.
    case namedContext(String)
    case stage(Int)
    case image(String)
    /// A here-document.
    case inline
    case url
    case git
}

/// A place that a `RUN` could see through a mount.
package struct MountOrigin: Codable, Sendable, Hashable {
    package var from: CopyOrigin
    package var source: String
    package var target: String

    package init(from: CopyOrigin, source: String, target: String) {
        self.from = from
        self.source = source
        self.target = target
    }
}
