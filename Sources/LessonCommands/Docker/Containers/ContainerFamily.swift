import ArgumentParser

/// `lesson docker container`.
struct ContainerFamily: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "container", abstract: "Containers.",
        subcommands: [
            RunContainerCommand.self, ListContainersCommand.Listing.self, RemoveContainersCommand.self,
            PruneContainersCommand.self, ExportCommand.self, InspectContainerCommand.self, CommitCommand.self,
        ])
}
