import ArgumentParser

/// What every prune takes that removes what has labels.
struct PruneOptions: ParsableArguments {
    @Flag(name: [.customShort("f"), .long], help: "Do not ask.")
    var force = false

    @Option(help: "until=24h (or a time), label=NAME[=VALUE], label!=NAME[=VALUE].")
    var filter: [PruneFilter] = []

    var filters: PruneFilters { get throws { try PruneFilters(filter) } }
}
