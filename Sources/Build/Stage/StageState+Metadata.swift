import Dockerfile
import OCI

extension StageState {
    /// Carries out an instruction that makes no layer and needs no file.
    /// - Parameter instruction: With its words expanded.
    /// - Returns: Whether it was one of those.
    mutating func apply(_ instruction: Instruction) throws(InstructionError) -> Bool {
        switch instruction {
        case .cmd(let line):
            let words = words(of: line)
            configuration.config.command = words
            configuration.config.argumentsEscaped = true
            hasCommand = true
            commit("CMD \(GoFormat.list(quoting: words))", makesLayer: false)
        case .entrypoint(let line):
            let words = words(of: line)
            configuration.config.entrypoint = words
            if !hasCommand { configuration.config.command = nil }
            commit("ENTRYPOINT \(GoFormat.list(quoting: words))", makesLayer: false)
        case .env(let pairs):
            for pair in pairs { setEnvironment(pair.key, pair.value) }
            commit(GoFormat.pairs("ENV", pairs), makesLayer: false)
        case .expose(let words):
            let ports = try Port.parse(words).map(\.description)
            configuration.config.exposedPorts.formUnion(ports)
            commit("EXPOSE [\(ports.joined(separator: " "))]", makesLayer: false)
        case .healthcheck(let check):
            configuration.config.healthCheck = ImageHealthCheck(
                test: check.test, interval: check.interval, timeout: check.timeout, startPeriod: check.startPeriod,
                startInterval: check.startInterval, retries: Int64(check.retries))
            commit("HEALTHCHECK \(GoFormat.healthCheck(check))", makesLayer: false)
        case .label(let pairs):
            for pair in pairs { configuration.config.labels[pair.key] = pair.value }
            commit(GoFormat.pairs("LABEL", pairs), makesLayer: false)
        case .maintainer(let name):
            configuration.author = name
            commit("MAINTAINER \(name)", makesLayer: false)
        case .onbuild(let trigger):
            configuration.config.onBuild.append(trigger.expression)
        case .shell(let words):
            configuration.config.shell = words
            commit("SHELL [\(words.joined(separator: " "))]", makesLayer: false)
        case .stopSignal(let signal):
            _ = try Signal.parse(signal)
            configuration.config.stopSignal = signal
            commit("STOPSIGNAL \(signal)", makesLayer: false)
        case .user(let user):
            configuration.config.user = user
            commit("USER \(user)", makesLayer: false)
        case .volume(let paths):
            guard !paths.contains("") else {
                throw InstructionError(
                    id: "bad-value", message: "VOLUME specified can not be an empty string",
                    hint: "name a directory of the image, as in VOLUME /data")
            }
            configuration.config.volumes.formUnion(paths)
            commit("VOLUME [\(paths.joined(separator: " "))]", makesLayer: false)
        case .add, .arg, .copy, .run, .workdir:
            return false
        }
        return true
    }

    /// Sets a variable for the image and for what follows in the build.
    mutating func setEnvironment(_ name: String, _ value: String) {
        environment[name] = value
        let entry = "\(name)=\(value)"
        let prefix = name + "="
        if let place = configuration.config.environment.firstIndex(where: { $0.hasPrefix(prefix) }) {
            configuration.config.environment[place] = entry
        } else {
            configuration.config.environment.append(entry)
        }
    }

    /// Declares build arguments.
    /// - Parameters:
    ///   - given: `--build-arg`.
    ///   - globals: What the scope before the first `FROM` offers.
    mutating func declare(
        _ instruction: ArgumentInstruction, given: [String: String], globals: EnvironmentList,
        expander: WordExpander
    ) throws(WordError) {
        var texts: [String] = []
        for argument in instruction.arguments {
            var value: String?
            if let text = given[argument.name] {
                value = text
            } else if let text = argument.value {
                let known = environment
                value = try expander.expand(text) { known[$0] }.text
            } else {
                value = globals[argument.name]
            }
            if let value { environment[argument.name] = value }
            arguments.append((argument.name, value))
            texts.append(value.map { "\(argument.name)=\($0)" } ?? argument.name)
        }
        commit("ARG \(texts.joined(separator: " "))", makesLayer: false)
    }

    /// Changes the working directory. The caller makes it.
    /// - Returns: Whether it has to be made.
    mutating func setWorkingDirectory(_ path: String) -> Bool {
        let clean = PathText.absolute(path, in: workingDirectory)
        // A slash at the end stays, as in BuildKit's image configs.
        let keepsSlash = path.utf8.last == UInt8(ascii: "/") && clean != "/"
        configuration.config.workingDirectory = keepsSlash ? clean + "/" : clean
        return clean != "/"
    }

    /// A command as `RUN` enters it into the history: the arguments that it saw, then its words.
    func historyText(run words: [String]) -> String {
        var names: [String] = []
        var values: [String: String] = [:]
        for argument in arguments {
            if values.updateValue(environment[argument.name] ?? argument.value ?? "", forKey: argument.name) == nil {
                names.append(argument.name)
            }
        }
        let head = names.isEmpty ? [] : ["|\(names.count)"] + names.map { "\($0)=\(values[$0] ?? "")" }
        return "RUN " + (head + words).joined(separator: " ") + " # buildkit"
    }
}
