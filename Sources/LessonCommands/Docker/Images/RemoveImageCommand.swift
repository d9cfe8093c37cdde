import ArgumentParser
import Images
import OCI

struct RemoveImageCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "rmi", abstract: "Remove one or more images.")

    /// `docker image rm`, the same command.
    struct Removal: DockerCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Remove one or more images.", aliases: ["remove"])

        @OptionGroup var options: RemoveImageOptions
        @OptionGroup var display: DisplayOptions

        func execute(_ console: Console) async throws { try await options.execute(console) }
    }

    @OptionGroup var options: RemoveImageOptions
    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws { try await options.execute(console) }
}

struct RemoveImageOptions: ParsableArguments, Sendable {
    @Argument(help: "Names or ids of images.")
    var images: [String]

    @Flag(name: [.customShort("f"), .long], help: "Remove an image by its id although it has several names.")
    var force = false

    @Flag(name: .long, help: "Do not delete untagged parents (this engine has none).")
    var noPrune = false

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        var failed = false
        for name in images {
            do {
                guard let found = try await engine.store.image(matching: name) else {
                    throw CommandError("no-such-image", "No such image: \(name)", status: .failed)
                }
                try await remove(found, by: name, engine.store, console)
            } catch {
                let wording = ErrorWording(error, docker: .failed)
                console.error(wording.inDockersWords)
                if !force || wording.code != "no-such-image" { failed = true }
            }
        }
        if failed { throw CommandExit(.failed) }
    }

    private func remove(_ found: NamedImage, by name: String, _ store: Store, _ console: Console) async throws {
        let id = try await store.imageID(of: found.image)
        let named = (try? Reference(parsing: name))?.withDefaultTag
        let byName = named.flatMap { named in found.references.first { $0 == named } }
        let short = id.hex.prefix(12)
        if byName == nil, found.references.count > 1, !force {
            throw CommandError(
                "image-in-use",
                "conflict: unable to delete \(short) (must be forced) - image is referenced in multiple repositories",
                hint: "remove the names one by one, or give `-f`", status: .failed)
        }
        let isLast = byName == nil || found.references.count <= 1
        if isLast, !force, let user = try store.containers().first(where: { $0.record.imageKey == found.image.key }) {
            let container = user.record.id.prefix(12)
            throw CommandError(
                "image-in-use",
                byName == nil
                    ? "conflict: unable to delete \(short) (must be forced) - image is being used by stopped container \(container)"
                    : "conflict: unable to remove repository reference \"\(name)\" (must force) - container \(container) "
                        + "is using its referenced image \(short)",
                hint: "`docker rm \(user.record.name)` removes the container, or give `-f`", status: .failed)
        }
        for reference in byName.map({ [$0] }) ?? found.references where try store.untag(reference) {
            console.print("Untagged: \(reference.familiar)")
        }
        guard isLast else { return }
        try await store.remove(found.image)
        console.print("Deleted: \(id)")
    }
}
