import Build
import Diagnostics
import Glibc
import Images
import Linux
import OCI
import SystemPackage

/// Hands over what was built: names it, writes it where it is wanted.
struct BuildDelivery {
    let result: BuildResult
    let store: Store
    let builder: Builder
    let arguments: BuildArguments
    let display: BuildDisplay
    let outputs: [BuildOutput]

    func deliver() async throws {
        for output in outputs {
            switch output {
            case .store:
                // It can be built again: not worth waiting for the disk.
                try await store.put(result.image, references: arguments.references, durable: false)
                for reference in arguments.references { display.say("naming to \(reference.canonical)") }
            case .archive(let path): try await writeArchive(to: path)
            case .tar(let path):
                let export = TreeExport(result.image, from: builder)
                guard let path else {
                    try await export.writeArchive(to: STDOUT_FILENO)
                    continue
                }
                let file = try OutputFile.create(path)
                try await export.writeArchive(to: file.rawValue)
            case .folder(let path): try await TreeExport(result.image, from: builder).writeFolder(path)
            }
        }
        if let path = arguments.idFile {
            try OutputFile.write(Array(try await id().description.utf8), to: FilePath(path))
        }
        if let path = arguments.metadataFile {
            let document = try await metadata()
            try OutputFile.write(document, to: FilePath(path))
        }
        if arguments.quiet { Streams.output.write("\(try await id())\n") }
        display.remark(on: result.warnings)
        let seconds = String(Int(result.seconds * 10 + 0.5))
        display.say(
            "built in \(seconds.dropLast().isEmpty ? "0" : seconds.dropLast()).\(seconds.suffix(1))s, "
                + "\(result.cachedSteps) of \(result.totalSteps) steps from the cache")
    }

    /// The image's id: its layers are packed and hashed now, if nobody asked before.
    private func id() async throws -> Digest { try await store.imageID(of: result.image) }

    private func metadata() async throws -> [UInt8] {
        let names = arguments.references.map(\.canonical).joined(separator: ",")
        var members: [String: JSON] = ["containerimage.config.digest": .string(try await id().description)]
        if !names.isEmpty { members["image.name"] = .string(names) }
        return JSON.object(members).encoded + Array("\n".utf8)
    }

    private func writeArchive(to path: FilePath?) async throws {
        let images = [ImageToSave(result.image, references: arguments.references)]
        guard let path else {
            try await store.save(images, to: .descriptor(STDOUT_FILENO))
            return
        }
        let file = try OutputFile.create(path)
        try await store.save(images, to: .descriptor(file.rawValue))
    }
}
