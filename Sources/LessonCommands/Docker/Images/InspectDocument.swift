import Images
import OCI

/// An image as `docker image inspect` describes it.
enum InspectDocument {
    static func make(_ named: NamedImage, _ store: Store) async throws -> JSON {
        let image = named.image
        let configuration = image.configuration
        let id = try await store.imageID(of: image)
        let size = try store.contentBytes(of: image)
        let diffIDs = try await store.diffIDs(of: image.layers)
        var members: [String: JSON] = [
            "Id": .string(id.description),
            "RepoTags": .strings(named.references.map(\.familiar)),
            "RepoDigests": .strings(image.repositoryDigests), "Parent": "",
            "Comment": .string(configuration.history.last?.comment ?? ""), "DockerVersion": "",
            "Created": .string(configuration.created?.description ?? ""),
            "Author": .string(configuration.author ?? ""),
            "Architecture": .string(configuration.platform.architecture),
            "Os": .string(configuration.platform.os),
            "Size": .integer(size),
            "VirtualSize": .integer(size),
            "Config": config(configuration.config),
            "RootFS": .object(["Type": "layers", "Layers": .strings(diffIDs.map(\.description))]),
            "GraphDriver": ["Data": .null, "Name": "overlay2"],
            "Metadata": .object(["LastTagTime": .string(Timestamp(seconds: named.added).description)]),
        ]
        if let variant = configuration.platform.variant { members["Variant"] = .string(variant) }
        return .object(members)
    }

    /// The order of Docker's keys, by the key of the object they stand in.
    static let order: [String: [String]] = [
        "": [
            "Id", "RepoTags", "RepoDigests", "Parent", "Comment", "Created", "Path", "Args", "State", "Container",
            "ContainerConfig", "DockerVersion", "Author", "Image", "Name", "RestartCount", "Driver", "Platform",
            "HostConfig", "Mounts", "Config", "Architecture", "Variant", "Os", "Size", "VirtualSize", "GraphDriver",
            "RootFS", "Metadata",
        ],
        "Config": [
            "Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr", "ExposedPorts", "Tty",
            "OpenStdin", "StdinOnce", "Env", "Cmd", "Healthcheck", "ArgsEscaped", "Image", "Volumes", "WorkingDir",
            "Entrypoint", "OnBuild", "Labels", "StopSignal", "Shell",
        ],
        "Healthcheck": ["Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"],
        "RootFS": ["Type", "Layers"],
        "State": [
            "Status", "Running", "Paused", "Restarting", "OOMKilled", "Dead", "Pid", "ExitCode", "Error", "StartedAt",
            "FinishedAt",
        ],
        "Mounts": ["Type", "Source", "Destination", "Mode", "RW", "Propagation"],
    ]

    /// What a template sees: Docker's client reads the document into a structure, which has what the document leaves out.
    static func forTemplates(_ document: JSON) -> JSON {
        guard var members = document.object, var config = members["Config"]?.object else { return document }
        let absent: [String: JSON] = [
            "ExposedPorts": .null, "Healthcheck": .null, "ArgsEscaped": false, "StopSignal": "", "Shell": .null,
        ]
        config.merge(absent) { present, _ in present }
        members["Config"] = .object(config)
        return .object(members)
    }

    /// Docker's inspect has every key, also those that an image leaves out.
    static func config(_ config: ContainerConfiguration) -> JSON {
        var members: [String: JSON] = [
            "Hostname": "", "Domainname": "", "AttachStdin": false, "AttachStdout": false, "AttachStderr": false,
            "Tty": false, "OpenStdin": false, "StdinOnce": false, "Image": "", "User": "", "WorkingDir": "",
            "Env": .null, "Cmd": .null, "Entrypoint": .null, "Volumes": .null, "OnBuild": .null, "Labels": .null,
        ]
        members.merge(config.json.object ?? [:]) { $1 }
        return .object(members)
    }
}
