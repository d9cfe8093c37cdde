import Diagnostics
import Dockerfile

/// `SOURCE_DATE_EPOCH`: the time that every time stamp of an image is set to.
enum SourceDateEpoch {
    static let name = "SOURCE_DATE_EPOCH"

    /// The clock of a build, from the request, a build argument or a global `ARG`, in this order.
    static func clock(
        _ request: BuildRequest, dockerfile: Dockerfile, globals: GlobalArguments
    ) throws(BuildFailure) -> BuildClock {
        if let epoch = request.sourceDateEpoch { return BuildClock(epoch: epoch) }
        let isDeclared = globals.declared.contains(name)
        guard let text = request.buildArguments[name] ?? (isDeclared ? globals.values[name] : nil), !text.isEmpty
        else { return BuildClock() }
        if let seconds = Int64(text), seconds >= 0 { return BuildClock(epoch: seconds) }
        if let stage = dockerfile.stages.first(where: { $0.name == text.lowercased() }) {
            let first = stage.commands.first
            throw .learner(
                "bad-value",
                "SOURCE_DATE_EPOCH stage does not meet source-only requirements: unsupported "
                    + "\(first?.instruction.name ?? "FROM") instruction",
                hint: "give a number of seconds since 1970", file: request.dockerfileName, range: stage.range)
        }
        throw .learner(
            "bad-value", "invalid SOURCE_DATE_EPOCH: \(text)", hint: "give a number of seconds since 1970",
            file: request.dockerfileName, range: globals.epochRange)
    }
}
