import Images
import OCI

/// An image as `docker image inspect` describes it.
enum InspectDocument {
    static func make(_ named: NamedImage, _ store: Store) async throws -> JSON {
        let image = named.image
        let configuration = image.configuration
        let id = try await store.imageID(of: image)
        let diffIDs = try await store.diffIDs(of: image.layers)
        return .object([
            "Id": .string(id.description),
            "RepoTags": .strings(named.references.map(\.familiar)),
            "RepoDigests": .strings(image.repositoryDigests),
            "Created": .string(configuration.created?.description ?? ""),
            "Author": .string(configuration.author ?? ""),
            "Architecture": .string(configuration.platform.architecture),
            "Variant": .string(configuration.platform.variant ?? ""),
            "Os": .string(configuration.platform.os),
            "Size": .integer(named.size),
            "VirtualSize": .integer(named.size),
            "Config": config(configuration.config),
            "RootFS": .object(["Type": "layers", "Layers": .strings(diffIDs.map(\.description))]),
            "Metadata": .object(["LastTagTime": .string(Timestamp(seconds: named.added).description)]),
        ])
    }

    /// Docker's inspect has every key, also those that an image leaves out.
    private static func config(_ config: ContainerConfiguration) -> JSON {
        var members: [String: JSON] = [
            "Hostname": "", "Domainname": "", "AttachStdin": false, "AttachStdout": false, "AttachStderr": false,
            "Tty": false, "OpenStdin": false, "StdinOnce": false, "Image": "", "User": "", "WorkingDir": "",
            "Env": .null, "Cmd": .null, "Entrypoint": .null, "Volumes": .null, "OnBuild": .null, "Labels": .null,
        ]
        members.merge(config.json.object ?? [:]) { $1 }
        return .object(members)
    }
}
