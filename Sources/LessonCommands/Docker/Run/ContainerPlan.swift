import Images
import OCI
import Sandbox
import SystemPackage

/// What a container is to run, made of the flags and of what the image says.
struct ContainerPlan {
    let arguments: [String]
    let environment: [String]
    let workingDirectory: String
    let user: String
    let mounts: [SandboxMount]
    let extraHosts: [(name: String, address: String)]
    let labels: [String: String]
    let configuration: ContainerConfiguration

    init(_ options: ContainerOptions, _ config: ContainerConfiguration) throws {
        let command = Array(options.rest.dropFirst())
        // An entrypoint of the command line also sets the image's command aside.
        let entrypoint = options.entrypoint.map { $0.isEmpty ? [] : [$0] } ?? config.entrypoint ?? []
        let ownCommand = options.entrypoint == nil ? config.command ?? [] : []
        let words = command.isEmpty ? ownCommand : command
        arguments = entrypoint + words
        guard !arguments.isEmpty else {
            throw CommandError(
                "no-command", "No command specified", hint: "the image has no CMD: give a command after its name",
                status: .docker)
        }
        environment =
            try ContainerEnvironment(
                image: config.environment, files: options.envFile, given: options.environment, isTerminal: options.tty
            ).entries
        workingDirectory = options.workingDirectory ?? (config.workingDirectory.isEmpty ? "/" : config.workingDirectory)
        guard workingDirectory.hasPrefix("/") else {
            throw CommandError(
                "working-directory",
                "the working directory '\(workingDirectory)' is invalid, it needs to be an absolute path",
                status: .docker)
        }
        user = options.user ?? config.user
        mounts =
            try options.volumes.map(ContainerMounts.volume) + options.mounts.map(ContainerMounts.mount)
            + options.tmpfs.map(ContainerMounts.tmpfs)
        extraHosts = options.addHost.compactMap { text in
            let separator: Character = text.contains("=") ? "=" : ":"
            let parts = text.split(separator: separator, maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        var labels = config.labels
        for text in options.label {
            let (name, value) = BuildArguments.pair(text) ?? (text, "")
            labels[name] = value
        }
        self.labels = labels
        var configuration = config
        configuration.environment = environment
        configuration.workingDirectory =
            workingDirectory == "/" && config.workingDirectory.isEmpty ? "" : workingDirectory
        configuration.user = user
        configuration.entrypoint = entrypoint.isEmpty ? nil : entrypoint
        configuration.command = words.isEmpty ? nil : words
        configuration.labels = labels
        self.configuration = configuration
    }

    /// `source:target[:ro]` of what is shown of the host.
    var binds: [String] {
        mounts.compactMap { mount in
            guard case .bind(let source, let isReadOnly) = mount.kind else { return nil }
            return "\(source):\(mount.target)\(isReadOnly ? ":ro" : "")"
        }
    }
}
