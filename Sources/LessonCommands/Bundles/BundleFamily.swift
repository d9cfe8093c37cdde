import ArgumentParser

/// `lesson bundle`: lessons and the images that they need, in one file.
struct BundleFamily: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Carry lessons with their images to a room without a network.",
        subcommands: [CreateBundleCommand.self, LoadBundleCommand.self])
}
