import Build
import OCI
import SystemPackage

/// The flags of `docker build`, read.
struct BuildArguments: Sendable {
    var references: [Reference] = []
    var file: String?
    var contextPath: String
    var target: String?
    var buildArguments: [String: String] = [:]
    var contexts: [String: NamedContext] = [:]
    var labels: [String: String] = [:]
    var secretSources: [String: SecretSource] = [:]
    /// By id: sockets or key files; none: the person's own agent.
    var agentPaths: [String: [String]] = [:]
    var hosts: [String: String] = [:]
    var network = BuildNetwork.isolated
    var platform: String?
    var noCache: Bool
    var pull: Bool
    var quiet: Bool
    var idFile: String?
    var metadataFile: String?
    var outputTexts: [String]
    var sourceDateEpoch: Int64?
    /// What is wrong with them, if anything.
    var mistake: String?

    enum SecretSource: Sendable {
        case file(String)
        case environment(String)
    }

    init(_ command: BuildCommand) {
        file = command.file
        contextPath = command.contextPath
        target = command.target
        platform = command.platform
        noCache = command.noCache
        pull = command.pull
        quiet = command.quiet
        idFile = command.iidfile
        metadataFile = command.metadataFile
        outputTexts = command.output
        readNames(command)
        readPairs(command)
        for text in command.secret { readSecret(text) }
        for text in command.ssh { readAgent(text) }
        for text in command.addHost { readHost(text) }
        if let network = BuildNetwork(rawValue: command.network == "default" ? "isolated" : command.network) {
            self.network = network
        } else {
            note("--network is none, isolated or host, not '\(command.network)'")
        }
        // Docker hands the variable on to every build.
        if let text = ProgramPath.environment("SOURCE_DATE_EPOCH"), buildArguments["SOURCE_DATE_EPOCH"] == nil {
            buildArguments["SOURCE_DATE_EPOCH"] = text
        }
        do {
            _ = try outputs()
        } catch {
            note("\(error)")
        }
    }

    private mutating func note(_ words: String) { mistake = mistake ?? words }

    private mutating func readNames(_ command: BuildCommand) {
        for tag in command.tags {
            do {
                references.append(try Reference(parsing: tag).withDefaultTag)
            } catch {
                note("invalid tag '\(tag)': \(error)")
            }
        }
    }

    private mutating func readPairs(_ command: BuildCommand) {
        for text in command.buildArg {
            if let (name, value) = Self.pair(text) {
                buildArguments[name] = value
            } else if let value = ProgramPath.environment(text) {
                buildArguments[text] = value
            }
        }
        for text in command.label {
            let (name, value) = Self.pair(text) ?? (text, "")
            labels[name] = value
        }
        for text in command.buildContext {
            guard let (name, value) = Self.pair(text), !name.isEmpty, !value.isEmpty else {
                note("invalid --build-context '\(text)': write NAME=FOLDER or NAME=docker-image://IMAGE")
                continue
            }
            contexts[name] = Self.context(value)
            if value.contains("://"), !value.hasPrefix("docker-image://") {
                note("--build-context takes folders and docker-image:// images, not '\(value)'")
            }
        }
    }

    private static func context(_ value: String) -> NamedContext {
        let prefix = "docker-image://"
        guard value.hasPrefix(prefix) else { return .directory(FilePath(value)) }
        let name = String(value.dropFirst(prefix.count))
        return name == "scratch" ? .scratch : .image(name)
    }

    private mutating func readSecret(_ text: String) {
        var id: String?
        var source: SecretSource?
        for field in text.split(separator: ",") {
            guard let (key, value) = Self.pair(String(field)) else {
                note("invalid --secret field '\(field)': write key=value")
                return
            }
            switch key {
            case "id": id = value
            case "src", "source": source = .file(value)
            case "env": source = .environment(value)
            case "type" where value == "file" || value == "env": break
            default:
                note("unexpected key '\(key)' in --secret: it takes id, src and env")
                return
            }
        }
        guard let id, !id.isEmpty else {
            note("--secret needs an id, as in --secret id=token,src=token.txt")
            return
        }
        // Without a source: the variable, else the file, of the id's name.
        secretSources[id] = source ?? (ProgramPath.environment(id) == nil ? .file(id) : .environment(id))
    }

    private mutating func readAgent(_ text: String) {
        let (id, value) = Self.pair(text) ?? (text, "")
        let paths = value.split(separator: ",").map(String.init)
        if id.isEmpty || paths.contains(where: { $0.hasPrefix("raw=") }) {
            note("invalid --ssh '\(text)': write default, ID, ID=SOCKET or ID=KEY,KEY")
        } else if agentPaths.updateValue(paths, forKey: id) != nil {
            note("duplicate agent ID '\(id)' in --ssh")
        }
    }

    private mutating func readHost(_ text: String) {
        let separator: Character = text.contains("=") ? "=" : ":"
        let parts = text.split(separator: separator, maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            note("invalid --add-host '\(text)': write HOST:IP")
            return
        }
        hosts[parts[0]] = parts[1]
    }

    static func pair(_ text: String) -> (String, String)? {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        return (String(text[..<equals]), String(text[text.utf8.index(after: equals)...]))
    }
}
