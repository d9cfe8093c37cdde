import ArgumentParser
import Build
import Lessons
import Linux

/// The limits of builds as flags: Docker's names where Docker has them. 0 is no limit.
struct LimitOptions: ParsableArguments {
    @Option(
        name: [.customShort("m", allowingJoined: true), .long],
        help: ArgumentHelp("The most memory a step may use, e.g. 512m.", valueName: "size"))
    var memory: ByteAmount?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The most processes and threads in a step; -1 for any number.", valueName: "n"))
    var pidsLimit: Int?

    @Option(
        help: ArgumentHelp("The longest the whole build may take, without getting base images.", valueName: "duration"))
    var timeout: TimeAmount?

    @Option(help: ArgumentHelp("The longest each step may take.", valueName: "duration"))
    var stepTimeout: TimeAmount?

    @Option(
        help: ArgumentHelp("The most processor time the steps may use together, e.g. 90s.", valueName: "duration"))
    var cpuTime: TimeAmount?

    @Option(help: ArgumentHelp("The most a step may write to disk, e.g. 2g.", valueName: "size"))
    var diskLimit: ByteAmount?

    @Option(help: ArgumentHelp("The most files and directories a step may make.", valueName: "n"))
    var filesLimit: Int?

    @Option(help: ArgumentHelp("The most a step may print, e.g. 4m.", valueName: "size"))
    var outputLimit: ByteAmount?

    @Option(help: ArgumentHelp("The most a build may take from its context, e.g. 1g.", valueName: "size"))
    var contextLimit: ByteAmount?

    @Option(help: ArgumentHelp("The most stages a Dockerfile may have.", valueName: "n"))
    var stagesLimit: Int?

    @Option(help: ArgumentHelp("The most instructions a Dockerfile may have.", valueName: "n"))
    var instructionsLimit: Int?

    func validate() throws {
        if let pidsLimit, pidsLimit < -1 { throw ValidationError("--pids-limit takes a number, or -1 for none") }
        for (name, value) in [
            ("files", filesLimit), ("stages", stagesLimit), ("instructions", instructionsLimit),
        ] {
            if let value, value < 0 { throw ValidationError("--\(name)-limit takes a number, or 0 for none") }
        }
    }
}

extension LimitOptions {
    /// The limits of one build: those given in the place of those there are.
    func replacing(_ limits: BuildLimits) -> BuildLimits {
        var limits = limits
        func set<Value>(_ limit: inout Value?, _ given: Value?, none isNone: (Value) -> Bool) {
            if let given { limit = isNone(given) ? nil : given }
        }
        set(&limits.wall, timeout?.duration, none: { $0 == .zero })
        set(&limits.cpu, cpuTime?.duration, none: { $0 == .zero })
        set(&limits.step.cpu, cpuTime?.duration, none: { $0 == .zero })
        // A longer build may have longer steps.
        set(&limits.step.wall, (stepTimeout ?? timeout)?.duration, none: { $0 == .zero })
        set(&limits.step.memory, memory?.bytes, none: { $0 == 0 })
        set(&limits.step.processes, pidsLimit, none: { $0 <= 0 })
        set(&limits.step.writtenBytes, diskLimit?.bytes, none: { $0 == 0 })
        set(&limits.step.files, filesLimit, none: { $0 == 0 })
        set(&limits.step.outputBytes, outputLimit?.bytes, none: { $0 == 0 })
        if let bytes = contextLimit?.bytes { limits.contextBytes = bytes == 0 ? .max : bytes }
        if let stagesLimit { limits.stages = stagesLimit == 0 ? .max : stagesLimit }
        if let instructionsLimit { limits.instructions = instructionsLimit == 0 ? .max : instructionsLimit }
        return limits
    }

    /// Of an exercise, as an instructor has it: what is given counts, higher or lower.
    func replacing(_ limits: ExerciseLimits) -> ExerciseLimits { changed(limits) { _, new in new } }

    /// Of an exercise, as a learner has it: the lesson's limits are the most there is.
    func tightening(_ limits: ExerciseLimits) -> ExerciseLimits { changed(limits) { min($0, $1) } }

    private func changed(
        _ old: ExerciseLimits, _ choose: (_ old: Int64, _ new: Int64) -> Int64
    ) -> ExerciseLimits {
        var limits = old
        /// 0 asks for no limit: the highest there is.
        func pick(_ old: Int64, _ new: Int64?) -> Int64 { new.map { choose(old, $0 <= 0 ? .max : $0) } ?? old }
        func pick(_ old: Int?, _ new: Int?) -> Int? {
            new.map { Int(clamping: choose(Int64(old ?? .max), $0 <= 0 ? .max : Int64($0))) } ?? old
        }
        func seconds(_ old: Int?, _ new: TimeAmount?) -> Int? {
            // As many seconds as fit into a duration whatever is added to them.
            pick(old, new.map { Int($0.duration.components.seconds) }).map { min($0, 1 << 31) }
        }
        limits.buildSeconds = seconds(old.buildSeconds, timeout) ?? old.buildSeconds
        limits.buildProcessorSeconds = seconds(old.buildProcessorSeconds, cpuTime)
        limits.stepSeconds = seconds(old.stepSeconds, stepTimeout)
        limits.memory = pick(old.memory, memory?.bytes)
        limits.processes = pick(old.processes, pidsLimit) ?? old.processes
        limits.disk = pick(old.disk, diskLimit?.bytes)
        limits.files = pick(old.files, filesLimit)
        limits.buildOutput = pick(old.buildOutput, outputLimit?.bytes)
        limits.contextBytes = contextLimit.map { pick(old.contextBytes ?? .max, $0.bytes) } ?? old.contextBytes
        limits.stages = pick(old.stages, stagesLimit)
        limits.instructions = pick(old.instructions, instructionsLimit)
        return limits
    }
}

/// A time as flags take it: `90s`, `2m`, `1h30m`, or a bare number of seconds.
struct TimeAmount: ExpressibleByArgument, Sendable {
    let duration: Duration

    init?(argument: String) {
        if let seconds = Int64(argument), seconds >= 0, seconds < 1 << 31 {
            duration = .seconds(seconds)
            return
        }
        var total: Int64 = 0
        var rest = argument[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let number = Int64(digits), let unit = rest.dropFirst(digits.count).first,
                let factor = ["s": 1, "m": 60, "h": 3600, "d": 86_400][String(unit)] as Int64?,
                number < 1 << 31
            else { return nil }
            total += number * factor
            rest = rest.dropFirst(digits.count + 1)
        }
        guard total < 1 << 31 else { return nil }
        duration = .seconds(total)
    }
}
