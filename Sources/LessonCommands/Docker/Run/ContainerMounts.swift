import Glibc
import Sandbox
import SystemPackage

/// `-v`, `--mount` and `--tmpfs`: what a container sees of the host.
enum ContainerMounts {
    /// `-v /HERE:/THERE[:OPTIONS]`. A folder that is not there is made, as Docker does.
    static func volume(_ text: String) throws -> SandboxMount {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
            throw failure("invalid volume specification: '\(text)'")
        }
        guard parts.count > 1 else {
            throw failure(
                "invalid volume specification: '\(text)': volumes without a folder of yours are not supported",
                hint: "write /HERE:/THERE or /HERE:/THERE:ro")
        }
        var isReadOnly = false
        if parts.count == 3 {
            for option in parts[2].split(separator: ",") {
                switch option {
                case "ro", "readonly": isReadOnly = true
                // Labels of SELinux and the caching of other systems mean nothing here; a copy is not made.
                case "rw", "z", "Z", "nocopy", "cached", "consistent", "delegated": break
                default: throw failure("invalid mode: \(parts[2])")
                }
            }
        }
        let (source, target) = (parts[0], parts[1])
        guard target.hasPrefix("/") else {
            throw failure(
                "invalid volume specification: '\(text)': invalid mount config for type \"bind\": invalid mount path: "
                    + "'\(target)' mount path must be absolute")
        }
        guard target.contains(where: { $0 != "/" }) else {
            throw failure("invalid volume specification: '\(text)': invalid specification: destination can't be '/'")
        }
        guard source.hasPrefix("/") || source.hasPrefix(".") || source.hasPrefix("~") else {
            throw failure(
                "invalid volume specification: '\(text)': volumes with a name are not supported",
                hint: "name a folder: $PWD/\(source):\(target) or ./\(source):\(target)")
        }
        let path = absolute(source)
        if access(path.string, F_OK) != 0 {
            guard makeFolders(path) else {
                throw failure("error while creating mount source path '\(path)': \(Errno(rawValue: errno).description)")
            }
        }
        return SandboxMount(target: target, kind: .bind(source: path, readOnly: isReadOnly))
    }

    /// `--mount type=bind,source=/HERE,target=/THERE[,readonly]` or `type=tmpfs,target=/THERE[,tmpfs-size=64m]`.
    static func mount(_ text: String) throws -> SandboxMount {
        func wrong(_ words: String) -> CommandError {
            failure("invalid argument \"\(text)\" for \"--mount\" flag: \(words)")
        }
        var (type, source, target): (String, String?, String?) = ("volume", nil, nil)
        var isReadOnly = false
        var size: Int64?
        for field in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let key = pair[0].lowercased()
            if ["readonly", "ro"].contains(key) {
                let value = pair.count == 2 ? pair[1] : "true"
                guard let flag = ["true": true, "1": true, "false": false, "0": false][value] else {
                    throw wrong("invalid value for \(key): \(value)")
                }
                isReadOnly = flag
                continue
            }
            guard pair.count == 2 else { throw wrong("invalid field '\(field)' must be a key=value pair") }
            switch key {
            case "type": type = pair[1].lowercased()
            case "source", "src": source = pair[1]
            case "target", "dst", "destination": target = pair[1]
            case "tmpfs-size":
                guard let amount = ByteAmount(argument: pair[1]) else {
                    throw wrong("invalid value for \(key): \(pair[1])")
                }
                size = amount.bytes
            default: throw wrong("unexpected key '\(key)' in '\(field)'")
            }
        }
        guard let target, target.hasPrefix("/") else { throw wrong("target is required, as an absolute path") }
        switch type {
        case "tmpfs": return SandboxMount(target: target, kind: .tmpfs(size: size))
        case "bind":
            guard let source else { throw wrong("source is required when type=bind") }
            let path = absolute(source)
            guard access(path.string, F_OK) == 0 else {
                throw failure(
                    "invalid mount config for type \"bind\": bind source path does not exist: \(path)")
            }
            return SandboxMount(target: target, kind: .bind(source: path, readOnly: isReadOnly))
        default:
            throw failure(
                "--mount type=\(type) is not supported",
                hint: "bind and tmpfs are: type=bind,source=/HERE,target=/THERE")
        }
    }

    /// `--tmpfs /THERE[:size=64m,...]`
    static func tmpfs(_ text: String) throws -> SandboxMount {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let target = parts.first, target.hasPrefix("/") else {
            throw failure("invalid --tmpfs '\(text)': its path must be absolute")
        }
        var size: Int64?
        for option in parts.count == 2 ? parts[1].split(separator: ",") : [] where option.hasPrefix("size=") {
            guard let amount = ByteAmount(argument: String(option.dropFirst(5))) else {
                throw failure("invalid --tmpfs '\(text)': '\(option)' is no size")
            }
            size = amount.bytes
        }
        return SandboxMount(target: target, kind: .tmpfs(size: size))
    }

    private static func absolute(_ source: String) -> FilePath {
        ProgramPath.currentFolder.pushing(FilePath(source)).lexicallyNormalized()
    }

    private static func makeFolders(_ path: FilePath) -> Bool {
        if mkdir(path.string, 0o755) == 0 || errno == EEXIST { return true }
        guard errno == ENOENT, path.components.count > 1, makeFolders(path.removingLastComponent()) else {
            return false
        }
        return mkdir(path.string, 0o755) == 0 || errno == EEXIST
    }

    private static func failure(_ words: String, hint: String? = nil) -> CommandError {
        CommandError("invalid-volume", words, hint: hint, status: .docker)
    }
}
