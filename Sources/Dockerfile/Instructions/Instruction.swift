/// What a stage is made of.
package enum Instruction: Hashable, Sendable {
    case add(AddInstruction)
    case arg(ArgumentInstruction)
    case cmd(CommandLine)
    case copy(CopyInstruction)
    case entrypoint(CommandLine)
    case env([KeyValue])
    case expose([String])
    case healthcheck(HealthCheck)
    case label([KeyValue])
    case maintainer(String)
    case onbuild(OnbuildInstruction)
    case run(RunInstruction)
    case shell([String])
    case stopSignal(String)
    case user(String)
    case volume([String])
    case workdir(String)

    /// The instruction's name in upper case.
    package var name: String {
        switch self {
        case .add: "ADD"
        case .arg: "ARG"
        case .cmd: "CMD"
        case .copy: "COPY"
        case .entrypoint: "ENTRYPOINT"
        case .env: "ENV"
        case .expose: "EXPOSE"
        case .healthcheck: "HEALTHCHECK"
        case .label: "LABEL"
        case .maintainer: "MAINTAINER"
        case .onbuild: "ONBUILD"
        case .run: "RUN"
        case .shell: "SHELL"
        case .stopSignal: "STOPSIGNAL"
        case .user: "USER"
        case .volume: "VOLUME"
        case .workdir: "WORKDIR"
        }
    }
}

/// A key and a value of `ENV` or `LABEL`.
package struct KeyValue: Hashable, Sendable {
    package var key: String
    package var value: String
    /// `ENV key value`, the old form without `=`.
    package var isLegacy: Bool

    package init(key: String, value: String, isLegacy: Bool = false) {
        self.key = key
        self.value = value
        self.isLegacy = isLegacy
    }
}

/// What a process is started with.
package enum CommandLine: Hashable, Sendable {
    /// One text for the shell; the stage's `SHELL` goes before it.
    case shell(String)
    /// A list of words, run as it is.
    case exec([String])
}

/// `ARG name[=default]...`
package struct ArgumentInstruction: Hashable, Sendable {
    package var arguments: [Argument]

    package struct Argument: Hashable, Sendable {
        package var name: String
        /// Unexpanded; nil without `=`.
        package var value: String?
        /// The comment that describes it: `# name text` right before.
        package var documentation: String?

        package init(name: String, value: String? = nil, documentation: String? = nil) {
            self.name = name
            self.value = value
            self.documentation = documentation
        }
    }

    package init(arguments: [Argument]) { self.arguments = arguments }
}

/// `ONBUILD instruction`: kept as text, parsed when an image built from this one runs it.
package struct OnbuildInstruction: Hashable, Sendable {
    /// The trigger as the image config holds it, here-documents included.
    package var expression: String

    package init(expression: String) { self.expression = expression }
}
