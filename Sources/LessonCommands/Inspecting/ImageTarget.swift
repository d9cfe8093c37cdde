import Diagnostics
import Glibc
import Lessons
import SystemPackage

/// What somebody means who names an image to look at: one that is here or elsewhere, or what one is built from.
enum ImageTarget: Sendable, Hashable {
    /// A Dockerfile and the folder it is built in.
    case dockerfile(FilePath, context: FilePath)
    /// An exercise of the workspace, by id.
    case exercise(String)
    case archive(FilePath)
    case layout(FilePath)
    /// As skopeo names it: `docker-daemon:hello:latest`.
    case transport(String)
    /// A name or an id.
    case name(String)

    /// What skopeo reads from elsewhere.
    static let transports = [
        "docker-daemon:", "docker://", "docker-archive:", "oci:", "oci-archive:", "dir:", "containers-storage:",
    ]

    /// A path that is there is a path; all else is a name.
    /// - Parameter exercises: the ids of the workspace's exercises.
    init(_ text: String, exercises: [String] = []) throws(CommandError) {
        if let prefix = Self.transports.first(where: text.hasPrefix) {
            guard text.utf8.count > prefix.utf8.count else {
                throw CommandError(
                    "usage", "\(text) names no image", hint: "as in \(prefix)hello:latest", status: .usage)
            }
            self = .transport(text)
            return
        }
        if text.hasPrefix("exercise:") {
            self = .exercise(String(text.dropFirst("exercise:".utf8.count)))
            return
        }
        let path = FilePath(text)
        switch LocalFiles.kind(path, following: true) {
        case .file: self = Self.isDockerfile(path) ? .dockerfile(path, context: Self.folder(of: path)) : .archive(path)
        case .folder where text.contains("/") || text == "." || !exercises.contains(text):
            self = try Self.folder(path, text)
        default:
            if exercises.contains(text) {
                self = .exercise(text)
            } else if Self.isPath(text) {
                throw CommandError(
                    "unreadable", "no such file or directory",
                    hint: "name an image, a Dockerfile, or an archive of `docker save`", file: text)
            } else {
                self = .name(text)
            }
        }
    }

    /// Whether a text can only have been meant for a file: no image is called so.
    private static func isPath(_ text: String) -> Bool {
        ["/", "./", "../", "~"].contains(where: text.hasPrefix)
            || [".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.zst", ".tar.bz2"].contains(where: text.hasSuffix)
            || text.split(separator: "/").last?.lowercased() == "dockerfile"
    }

    private static func folder(of path: FilePath) -> FilePath {
        let folder = path.removingLastComponent()
        return folder.isEmpty ? FilePath(".") : folder
    }

    private static func folder(_ path: FilePath, _ text: String) throws(CommandError) -> ImageTarget {
        for name in ["index.json", "oci-layout", "manifest.json"]
        where LocalFiles.kind(path.appending(name), following: true) == .file {
            return .layout(path)
        }
        for name in ["Dockerfile", "dockerfile"]
        where LocalFiles.kind(path.appending(name), following: true) == .file {
            return .dockerfile(path.appending(name), context: path)
        }
        // `debian` may be a folder and an image.
        if !text.contains("/"), text != ".", text != ".." { return .name(text) }
        throw CommandError(
            "no-image", "there is neither a Dockerfile nor an OCI layout in \(text)",
            hint: "name an image, a Dockerfile, or an archive of `docker save`", status: .usage)
    }

    /// Archives are told by their first bytes, whatever they are called; all else is text to be built.
    private static func isDockerfile(_ path: FilePath) -> Bool {
        let file = Glibc.open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { return true }
        defer { close(file) }
        var head = [UInt8](repeating: 0, count: 512)
        let count = pread(file, &head, head.count, 0)
        guard count > 0 else { return true }
        let isTar = count >= 262 && head[257..<262].elementsEqual("ustar".utf8)
        let magics: [[UInt8]] = [
            [0x1F, 0x8B], [0x42, 0x5A, 0x68], [0xFD, 0x37, 0x7A, 0x58], [0x28, 0xB5, 0x2F, 0xFD],
        ]
        return !isTar && !magics.contains { head.starts(with: $0) }
    }
}
