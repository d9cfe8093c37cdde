/// Where a path of an image comes from: the steps it went through, the last first, and where it began.
package struct Origin: Sendable, Hashable, Codable {
    /// From the step of the final stage that put it there back to the one that made it.
    package var chain: [Link]
    package var end: End

    package init(chain: [Link] = [], end: End) {
        self.chain = chain
        self.end = end
    }

    package struct Link: Sendable, Hashable, Codable {
        /// The stage's index.
        package var stage: Int
        package var stageName: String?
        /// Of the Dockerfile.
        package var line: Int
        /// The instruction as it is written.
        package var text: String
        /// The path in that stage.
        package var path: ImagePath
        /// It came along with the directory it was in, nobody named it.
        package var isPartOfTree: Bool

        package init(
            stage: Int, stageName: String?, line: Int, text: String, path: ImagePath, isPartOfTree: Bool = false
        ) {
            self.stage = stage
            self.stageName = stageName
            self.line = line
            self.text = text
            self.path = path
            self.isPartOfTree = isPartOfTree
        }
    }

    package enum End: Sendable, Hashable, Codable {
        /// The last link's `RUN` made it.
        case built
        /// A file of the build context, under that path.
        case context(ImagePath)
        /// A file of an image that is no stage.
        case image(String)
        /// The base image had it.
        case base(String)
        /// Text in the Dockerfile.
        case inline
        case url
        case unknown
    }
}

extension Origin {
    /// One line: which step put it there, and where it came from in the end.
    package func sentence(dockerfile: String) -> String {
        guard let first = chain.first else { return ending }
        var text = "from `\(Wording.clipped(first.text, 80))` (\(dockerfile):\(first.line))"
        if chain.count > 1, let last = chain.last {
            let stage = last.stageName.map { "stage `\($0)`" } ?? "stage \(last.stage)"
            text += ", made in \(stage) by `\(Wording.clipped(last.text, 80))` (\(dockerfile):\(last.line))"
        }
        return ending.isEmpty ? text : text + ", " + ending
    }

    private var ending: String {
        switch end {
        case .built: ""
        case .context(let path): "out of your folder (\(path.isRoot ? "." : String(Wording.safe(path).dropFirst())))"
        case .image(let name): "out of the image \(name)"
        case .base(let name): "part of the base image \(name)"
        case .inline: "written in the Dockerfile"
        case .url: "downloaded"
        case .unknown: "of unknown origin"
        }
    }
}
