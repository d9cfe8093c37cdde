import Dockerfile

/// A repository as `ADD` and `docker build` name it: address, what to check out, and which part of it.
///
/// `https://host/name.git#reference:directory`, or with a query: `?branch=`, `?tag=`, `?ref=`, `?checksum=` (or
/// `commit=`), `?subdir=`, `?keep-git-dir=`, `?submodules=`.
struct GitAddress: Sendable, Hashable {
    /// What git is given.
    var remote: String
    /// The parts of `remote` that decide whom we talk to.
    var url: RemoteURL
    /// A branch, a tag, a full reference or a commit; nil: the default branch.
    var reference: String?
    /// How the commit has to begin, in hexadecimal digits.
    var checksum: String?
    /// A directory of the repository, empty for all of it.
    var subdirectory = ""
    var keepsGitDirectory: Bool?
    var takesSubmodules = true

    /// Whether a source is a repository: `user@host:path`, `git://`, `ssh://`, or a web address whose path ends in `.git`.
    static func isGit(_ source: String) -> Bool {
        guard let scheme = scheme(of: source) else { return secureCopyHost(source) != nil }
        switch scheme {
        case "git", "ssh": return true
        case "http", "https": return source.prefix { $0 != "#" && $0 != "?" }.hasSuffix(".git")
        default: return false
        }
    }

    /// Reads an address for which ``isGit(_:)`` holds.
    init(_ source: String) throws(InstructionError) {
        let (beforeFragment, fragment) = Self.cut(source, at: "#")
        let (address, query) = Self.cut(beforeFragment, at: "?")
        remote = address
        guard let url = Self.url(of: address) else {
            throw InstructionError(
                id: "bad-url", message: "not a git repository's address: \(address)",
                hint: "write it as in https://example.org/project.git", word: source)
        }
        self.url = url
        if let fragment {
            let (name, directory) = Self.cut(RemoteURL.decoded(fragment), at: ":")
            if !name.isEmpty { reference = name }
            subdirectory = directory ?? ""
        }
        try read(query: query ?? "", of: source)
        if let reference, reference.hasPrefix("-") {
            throw InstructionError(id: "bad-url", message: "not a git reference: \(reference)", word: source)
        }
        if let checksum, checksum.isEmpty || !checksum.utf8.allSatisfy(Self.isHexadecimal) {
            throw Self.badChecksum(checksum)
        }
    }

    /// The repository itself, for a submodule's address, which has none of the rest.
    init?(remote: String) {
        guard let url = Self.url(of: remote) else {
            return nil
        }
        self.remote = remote
        self.url = url
    }

    static func badChecksum(_ text: String) -> InstructionError {
        InstructionError(
            id: "bad-value", message: "invalid checksum \(text) for Git URL, expected hex commit hash",
            hint: "write the commit's hash: `git rev-parse HEAD` prints it", word: text)
    }

    static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
    }

    /// Whether a name is a commit: 40 or 64 hexadecimal digits.
    static func isCommit(_ name: String) -> Bool {
        (name.utf8.count == 40 || name.utf8.count == 64) && name.utf8.allSatisfy(isHexadecimal)
    }

    /// An address without the password in it.
    var shown: String {
        guard let scheme = remote.firstRange(of: "://") else { return remote }
        let rest = remote[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@"), authority[..<at].contains(":") else { return remote }
        return "\(remote[..<scheme.upperBound])xxxxx:xxxxx\(authority[at...])\(rest.dropFirst(authority.count))"
    }

    // MARK: - Parts

    private mutating func read(query: String, of source: String) throws(InstructionError) {
        func failure(_ message: String) -> InstructionError {
            InstructionError(
                id: "bad-url", message: message,
                hint: "an address may say branch, tag, ref, checksum, subdir, keep-git-dir and submodules", word: source
            )
        }
        var values: [String: String] = [:]
        for field in query.split(separator: "&") {
            let (rawKey, rawValue) = Self.cut(String(field), at: "=")
            let key = RemoteURL.decoded(rawKey)
            guard values.updateValue(RemoteURL.decoded(rawValue ?? ""), forKey: key) == nil else {
                throw failure("query \(GoQuote.quote(key)) has multiple values")
            }
        }
        func set(_ name: String, _ old: String?, _ new: String) throws(InstructionError) -> String {
            if let old, !old.isEmpty, old != new {
                throw failure("\(name) conflicts: \(GoQuote.quote(old)) vs \(GoQuote.quote(new))")
            }
            return new
        }
        if values["branch"] != nil, values["tag"] != nil { throw failure("branch conflicts with tag") }
        let order = ["ref", "tag", "branch"]
        for (key, value) in values.sorted(by: {
            (order.firstIndex(of: $0.key) ?? 9, $0.key) < (order.firstIndex(of: $1.key) ?? 9, $1.key)
        }) {
            if value.isEmpty, key != "keep-git-dir", key != "submodules" {
                throw failure("query \(GoQuote.quote(key)) has no value")
            }
            switch key {
            case "ref": reference = try set("ref", reference, value)
            case "tag": reference = try set("ref", reference, Self.prefixed(value, "refs/tags/"))
            case "branch": reference = try set("ref", reference, Self.prefixed(value, "refs/heads/"))
            case "subdir": subdirectory = try set("subdir", subdirectory, value)
            case "checksum", "commit": checksum = try set("checksum", checksum, value)
            case "keep-git-dir", "submodules":
                guard let isOn = value.isEmpty ? true : Self.bool(value) else {
                    throw failure("invalid \(key) value: \(GoQuote.quote(value))")
                }
                if key == "submodules" { takesSubmodules = isOn } else { keepsGitDirectory = isOn }
            default: throw failure("unexpected query \(GoQuote.quote(key))")
            }
        }
        if reference == nil, let checksum, Self.isCommit(checksum) { reference = checksum }
    }

    private static func prefixed(_ name: String, _ prefix: String) -> String {
        name.hasPrefix(prefix) ? name : prefix + name
    }

    private static func bool(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    private static func cut(_ text: String, at mark: Character) -> (String, String?) {
        guard let place = text.firstIndex(of: mark) else { return (text, nil) }
        return (String(text[..<place]), String(text[text.index(after: place)...]))
    }

    /// The `name` of `name://`, in lower case.
    private static func scheme(of source: String) -> String? {
        guard let mark = source.firstRange(of: "://") else { return nil }
        let name = source[..<mark.lowerBound]
        guard !name.isEmpty, name.utf8.allSatisfy({ isLetterOrDigit($0) }) else { return nil }
        return name.lowercased()
    }

    /// Where `git` goes for an address.
    private static func url(of address: String) -> RemoteURL? {
        RemoteURL(secureCopyHost(address).map { "ssh://\($0)/" } ?? address)
    }

    /// The host of `user@host:path`, which means ssh.
    private static func secureCopyHost(_ source: String) -> String? {
        let (user, rest) = cut(source, at: "@")
        guard let rest, !user.isEmpty, user.utf8.allSatisfy({ isLetterOrDigit($0) || $0 == 45 || $0 == 95 }) else {
            return nil
        }
        let (host, path) = cut(rest, at: ":")
        guard path != nil, !host.isEmpty, host.utf8.allSatisfy({ isLetterOrDigit($0) || $0 == 45 || $0 == 46 }) else {
            return nil
        }
        return host
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte)
    }
}
