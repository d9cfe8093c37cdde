/// How a container of an image runs: the `config` object of an image's configuration (OCI image-spec, "Image
/// Configuration", and the fields Docker adds: `Healthcheck`, `OnBuild`, `Shell`, `ArgsEscaped`).
package struct ContainerConfiguration: Hashable, Sendable {
    /// `user[:group]`, names or ids; empty is root.
    package var user = ""
    /// `NAME=value`, in order.
    package var environment: [String] = []
    /// nil where it was never set; an empty one is as good as none to those who run it.
    package var entrypoint: [String]?
    package var command: [String]?
    /// Paths that `VOLUME` names.
    package var volumes: Set<String> = []
    /// Empty is `/`.
    package var workingDirectory = ""
    /// `80/tcp`.
    package var exposedPorts: Set<String> = []
    package var labels: [String: String] = [:]
    package var stopSignal: String?
    package var healthCheck: ImageHealthCheck?
    /// Instructions that a build `FROM` this image runs first.
    package var onBuild: [String] = []
    /// What runs the shell form of `RUN`, `CMD` and `ENTRYPOINT`.
    package var shell: [String]?
    package var argumentsEscaped: Bool?
    /// Keys that stood there and are not known here.
    package var unknown: [String: JSON] = [:]

    package init() {}

    /// The value of an environment variable; of several the last counts.
    package func environmentValue(_ name: String) -> String? {
        environment.last { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    private static let known: Set<String> = [
        "User", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "ExposedPorts", "Labels", "StopSignal",
        "Healthcheck", "OnBuild", "Shell", "ArgsEscaped",
    ]

    package init(json: JSON) throws(DocumentError) {
        guard case .object(let members) = json else { throw DocumentError("config is not an object") }
        user = json["User"]?.string ?? ""
        environment = try Self.strings(json, "Env") ?? []
        entrypoint = try Self.strings(json, "Entrypoint")
        command = try Self.strings(json, "Cmd")
        volumes = Set(json["Volumes"]?.object?.keys.map { $0 } ?? [])
        workingDirectory = json["WorkingDir"]?.string ?? ""
        exposedPorts = Set(json["ExposedPorts"]?.object?.keys.map { $0 } ?? [])
        labels = json["Labels"]?.object?.compactMapValues(\.string) ?? [:]
        stopSignal = json["StopSignal"]?.string
        healthCheck = json["Healthcheck"].map { ImageHealthCheck(json: $0) }
        onBuild = try Self.strings(json, "OnBuild") ?? []
        shell = try Self.strings(json, "Shell")
        argumentsEscaped = json["ArgsEscaped"]?.bool
        unknown = members.filter { !Self.known.contains($0.key) && $0.value != .null }
    }

    private static func strings(_ json: JSON, _ key: String) throws(DocumentError) -> [String]? {
        guard let value = json[key] else { return nil }
        guard let strings = value.strings else { throw DocumentError("config.\(key) is not a list of strings") }
        return strings
    }

    package var json: JSON {
        var members = unknown
        func set(_ key: String, _ value: JSON?) { if let value { members[key] = value } }
        func list(_ values: [String]?) -> JSON? { values.flatMap { $0.isEmpty ? nil : .strings($0) } }
        func keys(_ values: Set<String>) -> JSON? {
            values.isEmpty ? nil : .object(Dictionary(values.map { ($0, JSON.object([:])) }) { first, _ in first })
        }
        set("User", user.isEmpty ? nil : .string(user))
        set("Env", list(environment))
        set("Entrypoint", list(entrypoint))
        set("Cmd", list(command))
        set("Volumes", keys(volumes))
        set("WorkingDir", workingDirectory.isEmpty ? nil : .string(workingDirectory))
        set("ExposedPorts", keys(exposedPorts))
        set("Labels", labels.isEmpty ? nil : .object(labels.mapValues { .string($0) }))
        set("StopSignal", stopSignal.map { .string($0) })
        set("Healthcheck", healthCheck?.json)
        set("OnBuild", list(onBuild))
        set("Shell", list(shell))
        set("ArgsEscaped", argumentsEscaped.map { .bool($0) })
        return .object(members)
    }
}

/// Docker's `Healthcheck`: a test and its times in nanoseconds; zero stands for Docker's default.
package struct ImageHealthCheck: Hashable, Sendable {
    /// `["NONE"]`, `["CMD", ...]` or `["CMD-SHELL", command]`.
    package var test: [String]
    package var interval: Int64
    package var timeout: Int64
    package var startPeriod: Int64
    package var startInterval: Int64
    package var retries: Int64

    package init(
        test: [String], interval: Int64 = 0, timeout: Int64 = 0, startPeriod: Int64 = 0, startInterval: Int64 = 0,
        retries: Int64 = 0
    ) {
        self.test = test
        self.interval = interval
        self.timeout = timeout
        self.startPeriod = startPeriod
        self.startInterval = startInterval
        self.retries = retries
    }

    init(json: JSON) {
        self.init(
            test: json["Test"]?.strings ?? [],
            interval: json["Interval"]?.int64 ?? 0,
            timeout: json["Timeout"]?.int64 ?? 0,
            startPeriod: json["StartPeriod"]?.int64 ?? 0,
            startInterval: json["StartInterval"]?.int64 ?? 0,
            retries: json["Retries"]?.int64 ?? 0
        )
    }

    var json: JSON {
        func number(_ value: Int64) -> JSON? { value == 0 ? nil : .integer(value) }
        return .object(leavingOutNil: [
            "Test": test.isEmpty ? nil : .strings(test), "Interval": number(interval), "Timeout": number(timeout),
            "StartPeriod": number(startPeriod), "StartInterval": number(startInterval), "Retries": number(retries),
        ])
    }
}
