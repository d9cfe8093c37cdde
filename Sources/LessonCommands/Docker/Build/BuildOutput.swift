import SystemPackage

/// `--output`: where the result of a build goes.
enum BuildOutput: Sendable, Hashable {
    /// The images of this machine.
    case store
    /// An OCI archive, or Docker's with an OCI layout in it; nil: standard output.
    case archive(FilePath?)
    /// The file tree as a tar archive; nil: standard output.
    case tar(FilePath?)
    /// The file tree as a folder.
    case folder(FilePath)
}

extension BuildArguments {
    /// Reads `--output`.
    func outputs() throws(CommandError) -> [BuildOutput] {
        var result: [BuildOutput] = []
        for text in outputTexts { result.append(try Self.output(text)) }
        return result.isEmpty ? [.store] : result
    }

    private static func output(_ text: String) throws(CommandError) -> BuildOutput {
        func failure(_ words: String) -> CommandError { CommandError("usage", words, status: .docker) }
        // Docker's short form: a folder, or - for an archive on standard output.
        guard text.contains("=") else { return text == "-" ? .tar(nil) : .folder(FilePath(text)) }
        var fields: [String: String] = [:]
        for field in text.split(separator: ",") {
            guard let (key, value) = pair(String(field)) else { throw failure("invalid --output field '\(field)'") }
            fields[key] = value
        }
        let type = fields.removeValue(forKey: "type") ?? ""
        let destination = (fields.removeValue(forKey: "dest") ?? fields.removeValue(forKey: "destination"))
        if let key = fields.keys.sorted().first {
            throw failure("--output key '\(key)' is not supported: it takes type and dest")
        }
        let path = destination.flatMap { $0 == "-" ? nil : FilePath($0) }
        switch type {
        case "oci", "docker":
            if type == "docker", destination == nil { return .store }
            return .archive(path)
        case "tar": return .tar(path)
        case "image": return .store
        case "local":
            guard let path else { throw failure("--output type=local needs dest=FOLDER") }
            return .folder(path)
        default: throw failure("--output type '\(type)' is not supported: it is oci, docker, tar or local")
        }
    }
}
