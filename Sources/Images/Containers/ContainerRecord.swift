package import OCI

/// What is known of a container: what it was made of, what it ran, how it ended.
package struct ContainerRecord: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        case created, running, exited
    }

    /// 64 hexadecimal digits.
    package var id: String
    package var name: String
    /// The image as it was asked for.
    package var imageName: String
    /// `StoredImage.key`: its id may never have been asked for, and costs the hashing of layers.
    package var imageKey: Digest
    /// The program with its arguments.
    package var arguments: [String]
    package var created: Timestamp
    package var started: Timestamp?
    package var finished: Timestamp?
    package var state: State
    /// Of the program; 0 while it runs.
    package var exitCode: Int32 = 0
    package var isTerminal: Bool
    /// `source:target[:ro]` of what it saw of the host.
    package var binds: [String]
    /// How it ran, the image's settings and the command line's taken together.
    package var configuration: ContainerConfiguration

    package init(
        id: String, name: String, imageName: String, imageKey: Digest, arguments: [String], created: Timestamp,
        isTerminal: Bool = false, binds: [String] = [], configuration: ContainerConfiguration
    ) {
        self.id = id
        self.name = name
        self.imageName = imageName
        self.imageKey = imageKey
        self.arguments = arguments
        self.created = created
        self.isTerminal = isTerminal
        self.binds = binds
        self.configuration = configuration
        state = .created
    }

    /// A new id.
    package static func randomID() -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: (0..<64).map { _ in digits.randomElement() ?? 48 }, as: UTF8.self)
    }

    /// Whether Docker takes a name: a letter or digit, then letters, digits, `_`, `.` and `-`.
    package static func isName(_ name: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool {
            (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
        }
        guard let first = name.utf8.first, isPlain(first), (2...128).contains(name.utf8.count) else { return false }
        return name.utf8.allSatisfy { isPlain($0) || $0 == 95 || $0 == 46 || $0 == 45 }
    }
}

extension ContainerRecord {
    /// Reads what ``json`` wrote; nil when it is something else.
    init?(json: JSON) {
        guard let id = json["id"]?.string, id.utf8.count == 64, let name = json["name"]?.string,
            let imageName = json["imageName"]?.string,
            let imageKey = (json["imageKey"]?.string).flatMap({ Digest($0) }),
            let created = (json["created"]?.string).flatMap({ Timestamp($0) }),
            let state = (json["state"]?.string).flatMap({ State(rawValue: $0) })
        else { return nil }
        let config = (json["config"]).flatMap { value in try? ContainerConfiguration(json: value) }
        self.init(
            id: id, name: name, imageName: imageName, imageKey: imageKey, arguments: json["arguments"]?.strings ?? [],
            created: created, isTerminal: json["tty"]?.bool ?? false, binds: json["binds"]?.strings ?? [],
            configuration: config ?? ContainerConfiguration())
        self.state = state
        started = (json["started"]?.string).flatMap { Timestamp($0) }
        finished = (json["finished"]?.string).flatMap { Timestamp($0) }
        exitCode = Int32(clamping: json["exitCode"]?.int64 ?? 0)
    }

    var json: JSON {
        .object(leavingOutNil: [
            "id": .string(id), "name": .string(name), "imageName": .string(imageName),
            "imageKey": .string(imageKey.description), "arguments": .strings(arguments),
            "created": .string(created.description), "started": started.map { .string($0.description) },
            "finished": finished.map { .string($0.description) }, "state": .string(state.rawValue),
            "exitCode": .integer(exitCode), "tty": .bool(isTerminal), "binds": .strings(binds),
            "config": configuration.json,
        ])
    }
}
