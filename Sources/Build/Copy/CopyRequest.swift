import Dockerfile
import Images
import OCI
import SystemPackage

/// What a `COPY` or `ADD` asks for, the one in the words of the other.
struct CopyRequest: Sendable {
    var isAdd: Bool
    var sources: [String]
    var inlineSources: [InlineSource]
    var destination: String
    var from: String?
    var chown: String?
    var chmod: String?
    var link: Bool
    var parents = false
    var excludes: [String]
    var checksum: String?
    /// `--keep-git-dir`; nil where it does not stand.
    var keepsGitDirectory: Bool?
    /// nil: local archives, not downloads.
    var unpack: Bool?

    init(_ copy: CopyInstruction) {
        isAdd = false
        sources = copy.sources
        inlineSources = copy.inlineSources
        destination = copy.destination
        from = copy.from
        chown = copy.chown
        chmod = copy.chmod
        link = copy.link
        parents = copy.parents
        excludes = copy.excludes
    }

    init(_ add: AddInstruction) {
        isAdd = true
        sources = add.sources
        inlineSources = add.inlineSources
        destination = add.destination
        chown = add.chown
        chmod = add.chmod
        link = add.link
        excludes = add.excludes
        checksum = add.checksum
        keepsGitDirectory = add.keepGitDirectory
        unpack = add.unpack
    }

    /// As BuildKit enters it into the history.
    var historyText: String {
        var words = [isAdd ? "ADD" : "COPY"]
        if parents { words.append("--parents") }
        if let chown { words.append("--chown=\(chown)") }
        if let chmod { words.append("--chmod=\(chmod)") }
        words += sources
        words += inlineSources.map { "<<\($0.name)" }
        words.append(destination)
        return words.joined(separator: " ") + " # buildkit"
    }

    /// A layer of its own, laid over whatever is below: nothing of the image is looked at.
    var isLinked: Bool { link && chmod == nil }

    /// Enters everything but the content of the sources into a key.
    func add(to key: inout StepKey, destination: String) {
        key.add(isAdd ? "add" : "copy")
        key.add(destination)
        key.add(chown ?? "")
        key.add(chmod ?? "")
        key.add([isLinked ? "link" : "", parents ? "parents" : "", unpack.map { "\($0)" } ?? ""])
        key.add(excludes)
        key.add(Int64(inlineSources.count))
        for source in inlineSources {
            key.add(source.name)
            key.add(source.content)
        }
    }
}

extension CopyMatch {
    /// Enters names, kinds, modes, owners and bytes into a key; no times.
    func add(to key: inout StepKey) {
        // The name of a directory does not matter: its content is what is copied. Names are bytes: two that are no text
        // would be one as text.
        key.add(isDirectory ? [] : name.lastComponent.map { FilePath(root: nil, [$0]).bytes } ?? [])
        key.add(Int64(entries.count))
        var firsts: [UInt64: Int64] = [:]
        for (index, entry) in entries.enumerated() {
            key.add(entry.path.bytes)
            // Which of them are one file: by the place of the first, as inode numbers are no content.
            var first: Int64 = -1
            if let group = entry.linkGroup {
                first = firsts[group] ?? Int64(index)
                firsts[group] = first
            }
            key.add(first)
            key.add("\(entry.kind)")
            key.add(Int64(entry.mode))
            key.add(Int64(entry.uid) << 32 | Int64(entry.gid))
            key.add(entry.linkTarget?.bytes ?? [])
            key.add(entry.capability ?? [])
            key.add(entry.content?.hex ?? "")
        }
    }
}
