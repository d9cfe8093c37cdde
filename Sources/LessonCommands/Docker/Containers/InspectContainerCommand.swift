import ArgumentParser
import Images
import OCI

struct InspectContainerCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Display detailed information on one or more containers.")

    @Argument(help: "Names or ids of containers.")
    var containers: [String]

    @Option(name: [.customShort("f"), .long], help: "'json' or a Go template.")
    var format: String?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        try await InspectOptions.inspect(containers, kind: .container, format: format, console)
    }
}

/// A container as `docker container inspect` describes it.
enum ContainerDocument {
    static func make(_ container: StoredContainer, _ store: Store) async throws -> JSON {
        let record = container.record
        let image = try store.images().first { $0.image.key == record.imageKey }?.image
        let imageID = if let image { try await store.imageID(of: image).description } else { record.imageName }
        var config = InspectDocument.config(record.configuration).object ?? [:]
        config["Image"] = .string(record.imageName)
        config["Tty"] = .bool(record.isTerminal)
        config["Hostname"] = .string(String(record.id.prefix(12)))
        let isRunning = record.state == .running
        return .object([
            "Id": .string(record.id), "Created": .string(record.created.description),
            "Path": .string(record.arguments.first ?? ""), "Args": .strings(record.arguments.dropFirst()),
            "State": [
                "Status": .string(record.state.rawValue), "Running": .bool(isRunning), "Paused": false,
                "Restarting": false, "OOMKilled": false, "Dead": false, "Pid": 0, "ExitCode": .integer(record.exitCode),
                "Error": "", "StartedAt": .string(time(record.started)), "FinishedAt": .string(time(record.finished)),
            ],
            "Image": .string(imageID), "Name": .string("/\(record.name)"), "RestartCount": 0,
            "Driver": "overlay2", "Platform": "linux",
            "HostConfig": ["Binds": record.binds.isEmpty ? .null : .strings(record.binds)],
            "Mounts": .array(record.binds.map(mount)), "Config": .object(config),
        ])
    }

    private static func time(_ time: Timestamp?) -> String { time?.description ?? "0001-01-01T00:00:00Z" }

    private static func mount(_ bind: String) -> JSON {
        let parts = bind.split(separator: ":").map(String.init)
        let isReadOnly = parts.count > 2 && parts.last == "ro"
        return [
            "Type": "bind", "Source": .string(parts.first ?? ""),
            "Destination": .string(parts.count > 1 ? parts[1] : ""), "Mode": isReadOnly ? "ro" : "",
            "RW": .bool(!isReadOnly), "Propagation": "rprivate",
        ]
    }
}
