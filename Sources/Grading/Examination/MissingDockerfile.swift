import Checks
import Diagnostics
import Lessons
import SystemPackage

/// What to do about a folder without a Dockerfile.
struct MissingDockerfile {
    private let name: String
    private let names: [String]
    private let inFolders: [String]

    init(_ name: String, in folder: FilePath) {
        self.name = name
        let components = (try? LocalFiles.names(in: folder)) ?? []
        names = components.map(\.string)
        inFolders = components.prefix(1000).filter {
            !$0.string.hasPrefix(".") && LocalFiles.kind(folder.appending($0)) == .folder
                && LocalFiles.kind(folder.appending($0).appending(name)) == .file
        }.map { "\($0.string)/\(name)" }
    }

    var remedy: String {
        if let near {
            return isOfWordProcessor(near)
                ? "save `\(shown(near))` as plain text, named `\(name)`" : "rename `\(shown(near))` to `\(name)`"
        }
        if !inFolders.isEmpty {
            return
                "there is \(Wording.list(inFolders.prefix(5).map { "`\(shown($0))`" })): put the files of this exercise at the top"
        }
        if let archive = names.first(where: { one in
            [".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar"].contains { one.lowercased().hasSuffix($0) }
        }) {
            return "unpack `\(shown(archive))`: `\(name)` must be a file by itself"
        }
        return "write a file named `\(name)`"
    }

    /// The file that is most likely meant.
    private var near: String? {
        let wanted = name.lowercased()
        let exact = names.first { candidate in
            let lower = candidate.lowercased()
            return lower == wanted || lower == "containerfile"
                || [".txt", ".docker", ".md", ".text", ".rtf", ".docx", ".doc", ".odt"].contains {
                    lower == wanted + $0
                }
        }
        return exact ?? Suggestion.nearest(to: name, among: names)
    }

    private func isOfWordProcessor(_ file: String) -> Bool {
        [".rtf", ".docx", ".doc", ".odt"].contains { file.lowercased().hasSuffix($0) }
    }

    private func shown(_ text: String) -> String { Wording.clipped(text, 80) }
}
