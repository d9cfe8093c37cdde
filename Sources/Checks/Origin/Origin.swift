/// Where a path of an image comes from: the steps it went through, the last first, and where it began.
package struct Origin: Sendable, Hashable, Codable {
    /// From the step of the final stage that put it there back to the one that made it.
    package var chain: [Link]
    package var end: End
    /// The path it has where it began, when that is a base or another image; the archive it was unpacked from.
    package var endPath: ImagePath?

    package init(chain: [Link] = [], end: End, endPath: ImagePath? = nil) {
        self.chain = chain
        self.end = end
        self.endPath = endPath
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
        /// What the step did with the file of the next link, or with where it began.
        package var relation: Relation
        /// Of a change that left the content alone: what is different, e.g. `mode 0644 to 0755`.
        package var detail: String?
        /// What was at the path before the step put something else there.
        package var replaced: Replaced?

        package init(
            stage: Int, stageName: String?, line: Int, text: String, path: ImagePath, isPartOfTree: Bool = false,
            relation: Relation = .made, detail: String? = nil, replaced: Replaced? = nil
        ) {
            self.stage = stage
            self.stageName = stageName
            self.line = line
            self.text = text
            self.path = path
            self.isPartOfTree = isPartOfTree
            self.relation = relation
            self.detail = detail
            self.replaced = replaced
        }
    }

    /// How a step's file comes from the one before.
    package enum Relation: String, Sendable, Hashable, Codable {
        /// The step wrote it.
        case made
        /// `COPY` or `ADD` brought it.
        case copied
        /// Unpacked from an archive by `ADD`.
        case unpacked
        /// A `RUN` gave the same content another name: moved, copied or linked.
        case renamed
        /// A `RUN` made it out of the other one: `strip`.
        case derived
        /// The content stayed, its mode or owner changed, or it was only touched.
        case metadata
    }

    /// What a step overwrote.
    package enum Replaced: Sendable, Hashable, Codable {
        /// Something that the base image had there.
        case base
        /// Something that the step of this line had put there.
        case line(Int)
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
        func quoted(_ link: Link) -> String { "`\(Wording.clipped(link.text, 80))` (\(dockerfile):\(link.line))" }
        let content = chain.filter { $0.relation != .metadata }
        var parts: [String] = []
        if let first = content.first { parts.append("from \(quoted(first))") }
        if content.count > 1, let last = content.last {
            let stage = last.stageName.map { "stage `\($0)`" } ?? "stage \(last.stage)"
            parts.append("\(end == .built ? "made in" : "brought into") \(stage) by \(quoted(last))")
        }
        if let change = content.dropFirst().first(where: { $0.relation == .derived }) {
            parts.append("changed by \(quoted(change))")
        }
        if !ending.isEmpty { parts.append(ending) }
        if let change = chain.first(where: { $0.relation == .metadata }) {
            parts.append("\(change.detail ?? "touched") by \(quoted(change))")
        }
        return parts.joined(separator: ", ")
    }

    /// Where it began, in a few words; empty for what a step made.
    package var ending: String {
        switch end {
        case .built: ""
        case .context(let path):
            chain.last?.relation == .unpacked
                ? "unpacked from \(Self.shown(path)) in your folder" : "out of your folder (\(Self.shown(path)))"
        case .image(let name): "out of the image \(Wording.clipped(name, 120))"
        case .base(let name): "part of the base image \(Wording.clipped(name, 120))"
        case .inline: "written in the Dockerfile"
        case .url: "downloaded"
        case .unknown: "of unknown origin"
        }
    }

    private static func shown(_ path: ImagePath) -> String {
        path.isRoot ? "." : String(Wording.safe(path).dropFirst())
    }
}
