import Images
import OCI
import TerminalUI

/// A container as Docker's lists show it.
struct ContainerSummary {
    let record: ContainerRecord

    static let fields: [DockerListing.Column] = [
        .init(field: "ID", heading: "CONTAINER ID"), .init(field: "Image", heading: "IMAGE"),
        .init(field: "Command", heading: "COMMAND"), .init(field: "CreatedAt", heading: "CREATED AT"),
        .init(field: "RunningFor", heading: "CREATED"), .init(field: "Status", heading: "STATUS"),
        .init(field: "State", heading: "STATE"), .init(field: "Ports", heading: "PORTS"),
        .init(field: "Names", heading: "NAMES"), .init(field: "Labels", heading: "LABELS"),
        .init(field: "Mounts", heading: "MOUNTS"), .init(field: "Networks", heading: "NETWORKS"),
        .init(field: "LocalVolumes", heading: "LOCAL VOLUMES"), .init(field: "Size", heading: "SIZE"),
    ]

    func row(now: Int64, truncates: Bool) -> [String: JSON] {
        let command = record.arguments.joined(separator: " ")
        let shown = truncates ? DisplayWidth.cut(command, to: 20, ellipsis: "…") : command
        let labels = record.configuration.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [
            "ID": .string(truncates ? String(record.id.prefix(12)) : record.id), "Image": .string(record.imageName),
            "Command": .string("\"\(shown)\""), "CreatedAt": .string(DockerTime.table(record.created)),
            "RunningFor": .string(ElapsedTime.docker(seconds: now - record.created.seconds) + " ago"),
            "Status": .string(status(now)), "State": .string(record.state.rawValue), "Ports": "",
            "Names": .string(record.name), "Labels": .string(labels.joined(separator: ",")),
            "Mounts": .string(
                record.binds.map { String($0.prefix { $0 != ":" }) }.joined(separator: ",")), "Networks": "",
            "LocalVolumes": "0", "Size": "0B",
        ]
    }

    private func status(_ now: Int64) -> String {
        func ago(_ time: Timestamp?) -> String { ElapsedTime.docker(seconds: now - (time ?? record.created).seconds) }
        return switch record.state {
        case .created: "Created"
        case .running: "Up \(ago(record.started))"
        case .exited: "Exited (\(record.exitCode)) \(ago(record.finished)) ago"
        }
    }
}
