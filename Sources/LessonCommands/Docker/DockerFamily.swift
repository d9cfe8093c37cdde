import ArgumentParser

/// `lesson docker`: the embedded engine in Docker's words.
struct DockerFamily: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docker",
        abstract: "The embedded engine, in Docker's words.",
        discussion: """
            Flags, output, formats and exit statuses are Docker's. A flag that is not supported is an error that names it.
            """,
        subcommands: [
            BuildCommand.self, RunContainerCommand.self, ImagesCommand.self, ImageFamily.self, InspectCommand.self,
            HistoryCommand.self,
            TagCommand.self, RemoveImageCommand.self, SaveCommand.self, LoadCommand.self, ImportCommand.self,
            PullCommand.self, PushCommand.self, LoginCommand.self, LogoutCommand.self, ListContainersCommand.self,
            RemoveContainersCommand.self, ExportCommand.self, CommitCommand.self, ContainerFamily.self,
            InfoCommand.self,
            VersionCommand.self, SystemFamily.self, BuilderFamily.self,
        ]
    )
}

/// `lesson docker image`.
struct ImageFamily: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Images.",
        subcommands: [
            BuildCommand.self, ImagesCommand.Listing.self, ImageInspectCommand.self, HistoryCommand.self,
            TagCommand.self,
            RemoveImageCommand.Removal.self, PruneImagesCommand.self, SaveCommand.self, LoadCommand.self,
            ImportCommand.self, PullCommand.self, PushCommand.self,
        ])
}

/// `lesson docker system`.
struct SystemFamily: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "system", abstract: "The store.",
        subcommands: [DiskUsageCommand.self, PruneCommand.self, InfoCommand.self])
}
